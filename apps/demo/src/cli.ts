/** The command line of `onegt`: options in, exit code out. */
import { Command, CommanderError, Option } from 'commander';
import { parseExpression, parseInteger, parseNumber, radians } from './arguments.ts';
import { animate } from './commands/animate.ts';
import type { Context } from './commands/context.ts';
import { demo } from './commands/demo.ts';
import { doctor, probeAdapter } from './commands/doctor.ts';
import { landmarks } from './commands/landmarks.ts';
import { render } from './commands/render.ts';
import { sheet } from './commands/sheet.ts';
import { describeError, EXIT_CODES, exitCodeOf, UsageError } from './errors.ts';
import { Stages } from './stages.ts';

export interface Streams {
  out(text: string): void;
  error(text: string): void;
  /** True on a terminal, where a progress line may overwrite itself. */
  isInteractive: boolean;
}

const EXAMPLES = `
Examples:
  onegt render portrait.jpg --yaw 20 --expression mouthSmileLeft=0.8,mouthSmileRight=0.8 --out smile.png
  onegt render portrait.jpg --driving other-face.jpg --out driven.png
  onegt animate portrait.jpg --orbit --out orbit.mp4
  onegt sheet portrait.jpg --out sheet.png
  onegt landmarks group.jpg --json faces.json

Exit codes: ${Object.entries(EXIT_CODES).map(([name, code]) => `${code} ${name}`).join(', ')}`;

/** Runs one command and returns the exit code; `signal` ends it early without half-written files. */
export async function main(args: readonly string[], streams: Streams, signal: AbortSignal, env: NodeJS.ProcessEnv = process.env): Promise<number> {
  const stages = new Stages(streams.error, streams.isInteractive);
  const context: Context = {
    stages,
    signal,
    print: streams.out,
    note: (text) => {
      stages.clear();
      streams.error(text.endsWith('\n') ? text : `${text}\n`);
    },
  };
  try {
    await createProgram(context, streams).parseAsync(args, { from: 'user' });
    return EXIT_CODES.ok;
  } catch (error) {
    stages.clear();
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT_CODES.ok : EXIT_CODES.usage;
    streams.error(`${describeError(error, env['ONEGT_DEBUG'] === '1')}\n`);
    return exitCodeOf(error);
  }
}

function createProgram(context: Context, streams: Streams): Command {
  const program = new Command('onegt')
    .description('Turns the head in a portrait photograph and gives it another expression.')
    .addHelpText('after', EXAMPLES)
    .showHelpAfterError('(onegt --help explains)')
    .exitOverride()
    .configureOutput({ writeOut: streams.out, writeErr: streams.error });
  addRender(program, context);
  addAnimate(program, context);
  addSheet(program, context);
  addLandmarks(program, context);
  addDemo(program, context);
  addDoctor(program, context);
  return program;
}

function addRender(program: Command, context: Context): void {
  const command = program
    .command('render')
    .description('render one picture of the person in PORTRAIT')
    .argument('<portrait>', 'photograph with a face')
    .option('--yaw <degrees>', 'turn the head; positive towards the right edge of the picture, 0 faces the camera', parseNumber('--yaw', { min: -90, max: 90, unit: 'degrees' }))
    .option('--pitch <degrees>', 'nod; positive looks down', parseNumber('--pitch', { min: -60, max: 60, unit: 'degrees' }))
    .option('--roll <degrees>', 'tilt; positive counter-clockwise in the picture', parseNumber('--roll', { min: -90, max: 90, unit: 'degrees' }))
    .option('--zoom <factor>', 'size of the head in the picture', parseNumber('--zoom', { min: 0.5, max: 2 }), 1)
    .option('--expression <name=weight,...>', 'ARKit names, weights 0 to 1: jawOpen=0.6,browInnerUp=0.5', parseExpression)
    .option('--driving <picture>', 'take pose and expression from the face in this picture')
    .requiredOption('--out <file>', 'picture to write: .png, .jpg or .webp');
  withPipeline(withRendering(command, 4)).action(async (portrait: string, options) => {
    const { yaw, pitch, roll, zoom, expression = {}, ...rest } = options;
    if (options.driving !== undefined && (Object.keys(expression).length > 0 || [yaw, pitch, roll].some((angle) => angle !== undefined))) {
      throw new UsageError('--driving brings pose and expression of its own: leave out --yaw, --pitch, --roll and --expression.');
    }
    const angle = (degrees: number | undefined): number | undefined => (degrees === undefined ? undefined : radians(degrees)); // left out: as in the photograph
    await render(portrait, { ...rest, expression, camera: { yaw: angle(yaw), pitch: angle(pitch), roll: angle(roll), zoom } }, context);
  });
}

function addAnimate(program: Command, context: Context): void {
  const command = program
    .command('animate')
    .description('render a clip of the person in PORTRAIT')
    .argument('<portrait>', 'photograph with a face')
    .addOption(new Option('--orbit', 'the camera swings around the head (the default)').conflicts('driving'))
    .option('--driving <clip>', 'take pose and expression of each frame from the face in this clip')
    .option('--seconds <seconds>', 'length, or how much of the driving clip to use', parseNumber('--seconds', { min: 0.1, max: 600, unit: 'seconds' }))
    .option('--fps <rate>', 'frames per second', parseNumber('--fps', { min: 1, max: 60 }), 12)
    .requiredOption('--out <file>', 'clip to write: .mp4');
  withPipeline(withRendering(command, 1)).action(async (portrait: string, { fps, seconds, ...options }) => {
    await animate(portrait, { ...options, framesPerSecond: fps, seconds: seconds ?? (options.driving === undefined ? 3 : Infinity) }, context);
  });
}

function addSheet(program: Command, context: Context): void {
  const command = program
    .command('sheet')
    .description('one picture with the reference, its skeleton, turned heads and expressions')
    .argument('<portrait>', 'photograph with a face')
    .requiredOption('--out <file>', 'picture to write: .png, .jpg or .webp');
  withPipeline(withRendering(command, 4)).action((portrait: string, options) => sheet(portrait, options, context));
}

function addLandmarks(program: Command, context: Context): void {
  program
    .command('landmarks')
    .description('find faces and their 478 points; pixels of the upright picture')
    .argument('<image...>', 'pictures')
    .option('--json <file>', 'file to write instead of printing')
    .option('--max-faces <count>', 'at most so many faces a picture, largest first', parseInteger('--max-faces', { min: 1, max: 1000 }), 16)
    .option('--min-score <score>', 'leave out faces below this score', parseNumber('--min-score', { min: 0, max: 1 }), 0.5)
    .action((images: string[], options) => landmarks(images, options, context));
}

function addDemo(program: Command, context: Context): void {
  const command = program
    .command('demo')
    .description('a sheet and a short orbit clip of the bundled portrait')
    .option('--folder <folder>', 'where to write them', 'out');
  withPipeline(withRendering(command, 4)).action((options) => demo(options, context));
}

function addDoctor(program: Command, context: Context): void {
  program
    .command('doctor')
    .description('say which adapters there are and what is missing')
    .addOption(new Option('--adapter-json').hideHelp())
    .action((options: { adapterJson?: boolean }) => (options.adapterJson ? probeAdapter(context) : doctor(context)));
}

function withRendering(command: Command, defaultSteps: number): Command {
  return command
    .option('--steps <count>', 'diffusion steps: more are sharper and slower', parseInteger('--steps', { min: 1, max: 100 }), defaultSteps)
    .option('--seed <number>', 'same seed, same picture', parseInteger('--seed', { min: 0, max: 2 ** 32 - 1 }), 1);
}

function withPipeline(command: Command): Command {
  return command
    .option('--face <number>', 'which face of the photograph: 1 is the largest', parseInteger('--face', { min: 1, max: 1000 }), 1)
    .option('--weights <folder>', 'other weights than those of @onegt/weights-nano');
}
