/** The command line of `onegt-data`: options in, exit code out. */
import { Argument, Command, CommanderError, Option } from 'commander';
import { DEFAULT_QUEUE } from '../queue/options.ts';
import { type Kind, KINDS } from '../samples/sample.ts';
import { parseInteger, parseNumber, parsePart } from './arguments.ts';
import { render } from './commands/render.ts';
import { sheet } from './commands/sheet.ts';
import { verify } from './commands/verify.ts';
import type { Context } from './context.ts';
import { SAMPLES_PER_SHARD, VIEWS_PER_SAMPLE } from './dataset.ts';
import { describeError, EXIT_CODES, exitCodeOf } from './errors.ts';
import { Progress } from './progress.ts';

export interface Streams {
  out(text: string): void;
  error(text: string): void;
  /** True on a terminal, where a progress line may overwrite itself. */
  isInteractive: boolean;
}

const EXAMPLES = `
Examples:
  onegt-data sheet --out sheet.png                             what the pictures look like
  onegt-data render groups --count 100 --out groups            20 cameras around each of 100 people
  onegt-data render triplets --count 1000 --out triplets       source, driving face, source with its expression
  onegt-data render pairs --count 500 --seed 1000000 --out val people that training never sees
  onegt-data render groups --count 50000 --out groups --shard 3/64    one of 64 machines
  onegt-data verify groups                                     is everything there and whole?
  onegt-data import-ict ICT-FaceKit --out ict.safetensors      more varied heads: --heads ict.safetensors
  onegt-data ingest clip.mp4 --out clips                       real video, screened

Several machines with a shared folder:
  onegt-data enqueue groups --count 50000 --out /shared/groups --redis redis://host:6379
  onegt-data work --redis redis://host:6379                    on each machine; with several GPUs once for each
  onegt-data status --redis redis://host:6379

Stop at any time and run the same command again: it goes on where it stopped. The README of @onegt/data describes the files.
Seeds are people: 0..999999 are for training, 1000000..1999999 for validation, 2000000 and more for tests.

Exit codes: ${Object.entries(EXIT_CODES).map(([name, code]) => `${code} ${name}`).join(', ')}`;

/** Runs one command and returns the exit code; `signal` ends it early without half-written files. */
export async function main(args: readonly string[], streams: Streams, signal: AbortSignal, env: NodeJS.ProcessEnv = process.env): Promise<number> {
  const progress = new Progress(streams.error, streams.isInteractive);
  const context: Context = { progress, signal, print: streams.out, note: (text) => progress.note(text.trimEnd()) };
  try {
    await createProgram(context, streams).parseAsync(args, { from: 'user' });
    return EXIT_CODES.ok;
  } catch (error) {
    progress.clear();
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT_CODES.ok : EXIT_CODES.usage;
    streams.error(`${describeError(error, env['ONEGT_DEBUG'] === '1')}\n`);
    return exitCodeOf(error);
  }
}

function createProgram(context: Context, streams: Streams): Command {
  const program = new Command('onegt-data')
    .description('Renders the training data of OneGT: heads of people who do not exist, with everything known about every picture.')
    .addHelpText('after', EXAMPLES)
    .showHelpAfterError('(onegt-data --help explains)')
    .exitOverride()
    .configureOutput({ writeOut: streams.out, writeErr: streams.error });
  addRender(program, context);
  addSheet(program, context);
  addVerify(program, context);
  addImport(program, context);
  addIngest(program, context);
  addQueue(program, context);
  return program;
}

function addRender(program: Command, context: Context): void {
  const command = program
    .command('render')
    .description('make a data set, or what is still missing of it')
    .addArgument(kindArgument())
    .option('--shard <i/n>', 'only the shards with number i modulo n, counted from 0: one of n machines', parsePart);
  withProcesses(command);
  withDataset(command).action((kind: Kind, options) => render(kind, options, context));
}

function addSheet(program: Command, context: Context): void {
  program
    .command('sheet')
    .description('one picture with many of them: a row for each person, as the shards would hold them')
    .requiredOption('--out <file>', 'picture to write: .png, .jpg or .webp')
    .addOption(new Option('--kind <kind>', 'what a row shows').choices(KINDS).default('pairs'))
    .option('--people <number>', 'rows', parseInteger('--people', { min: 1, max: 200 }), 6)
    .option('--views <number>', 'pictures of a group or pair set', parseInteger('--views', { min: 1, max: 40 }))
    .option('--columns <number>', 'pictures in a row, if not one person each', parseInteger('--columns', { min: 1, max: 40 }))
    .option('--seed <number>', 'of the first person', parseInteger('--seed', { min: 0, max: Number.MAX_SAFE_INTEGER - 1000 }), 0)
    .option('--size <pixels>', 'side of a picture', parseInteger('--size', { min: 16, max: 1024 }), 256)
    .option('--heads <pack>', 'another head model than the built-in one: a pack made by import-ict')
    .option('--points', 'draw the 600 points: green ones are seen, red ones hidden')
    .action((options) => sheet(options, context));
}

function addVerify(program: Command, context: Context): void {
  program
    .command('verify')
    .description('read every shard: lengths, checksums, members, pictures, seeds; strike what is broken, so that render makes it again')
    .argument('<folder>', 'a data set')
    .option('--keep', 'only report, strike nothing')
    .option('--redis <url>', 'queue what is broken again')
    .option('--queue <name>', 'name of the queue')
    .option('--heads <pack>', 'head pack for the queued jobs, if it is not the built-in head')
    .action((folder: string, options) => verify(folder, options, context));
}

function addImport(program: Command, context: Context): void {
  program
    .command('import-ict')
    .description('make a head pack of the public ICT-FaceKit release (MIT): 100 identity modes instead of the built-in 40')
    .argument('<folder>', 'a checkout of ICT-FaceKit, or its folder FaceXModel')
    .requiredOption('--out <pack>', 'pack to write: .safetensors')
    .action(async (folder: string, options) => (await importCommands()).importIct(folder, options, context));
  program
    .command('import-gltf')
    .description('make a head pack of a glTF head with morph targets: its skeleton is placed by looking at it from many sides')
    .argument('<file>', 'a head that you have the right to use: .glb or .gltf')
    .requiredOption('--out <pack>', 'pack to write: .safetensors')
    .option('--name <name>', 'what manifests call it (default: the name of the file)')
    .option('--licence <text>', 'who may use it, for datasheets (default: the copyright in the file)')
    .addOption(new Option('--up <axis>', 'where the head is up; glTF says +y').choices(['+y', '+z']).default('+y'))
    .option('--models <folder>', 'networks of the face detector, if @vladmandic/human is not installed')
    .action(async (file: string, options) => (await importCommands()).importGltf(file, options, context));
}

function addIngest(program: Command, context: Context): void {
  program
    .command('ingest')
    .description('real video to shards: frames with one clear, unhidden face before a still background, cropped, with detected points; and a report of what was dropped and why')
    .argument('<video...>', 'files that you have the right to use')
    .requiredOption('--out <folder>', 'where the shards and the report go')
    .option('--size <pixels>', 'side of the crops', parseInteger('--size', { min: 64, max: 1024 }), 256)
    .option('--fps <rate>', 'frames looked at, a second', parseNumber('--fps', { min: 0.1, max: 60 }), 5)
    .option('--licence <text>', 'who may use the videos; goes into every sample')
    .option('--models <folder>', 'networks of the face detector, if @vladmandic/human is not installed')
    .action(async (videos: string[], options) => (await import('./commands/ingest.ts')).ingest(videos, options, context));
}

/** Late, as they bring libraries that other commands do without. */
const importCommands = () => import('./commands/import.ts');

/** Late: nobody else needs to wait for BullMQ. */
const queueCommands = () => import('./commands/queue.ts');

function addQueue(program: Command, context: Context): void {
  const withRedis = (command: Command): Command =>
    command
      .option('--redis <url>', 'address of Redis', process.env['ONEGT_REDIS'] ?? 'redis://localhost:6379')
      .option('--queue <name>', 'name of the queue, for several at once', DEFAULT_QUEUE);
  withDataset(withRedis(program.command('enqueue').description('put the missing shards of a data set into a queue, for workers on many machines that share the folder').addArgument(kindArgument())))
    .action(async (kind: Kind, options) => (await queueCommands()).enqueue(kind, options, context));
  withProcesses(withRedis(program.command('work').description('take shards from the queue and make them, until stopped')))
    .option('--until-empty', 'stop when nothing is left')
    .option('--stalled-after <seconds>', 'how long a silent worker keeps its shard before another takes it', parseNumber('--stalled-after', { min: 0.5, max: 3600 }), 30)
    .action(async (options) => (await queueCommands()).work(options, context));
  withRedis(program.command('status').description('how far the queue is'))
    .option('--json', 'for programs')
    .action(async (options) => (await queueCommands()).status(options, context));
}

const kindArgument = (): Argument => new Argument('<kind>', 'groups: one pose under many cameras; triplets: source, driving face, source with its expression; pairs: one person over cameras and expressions').choices(KINDS);

const withProcesses = (command: Command): Command =>
  command.option('--processes <number>', 'that render at once; each takes 0.7 GiB of memory, and more above 256 pixels (default: 1 on a GPU; without one as many as cores, at most 16, as far as memory and samples go)', parseInteger('--processes', { min: 1, max: 256 }));

/** What decides a data set. */
function withDataset(command: Command): Command {
  const each = (values: Readonly<Record<Kind, number>>) => KINDS.map((kind) => `${values[kind]} ${kind}`).join(', ');
  return command
    .requiredOption('--count <number>', 'samples', parseInteger('--count', { min: 1, max: 10_000_000 }))
    .requiredOption('--out <folder>', 'where the shards go')
    .option('--size <pixels>', 'side of the pictures', parseInteger('--size', { min: 16, max: 1024 }), 256)
    .option('--seed <number>', 'of the first sample; sample i shows the person of seed + i', parseInteger('--seed', { min: 0, max: Number.MAX_SAFE_INTEGER - 10_000_000 }), 0)
    .option('--heads <pack>', 'another head model than the built-in one: a pack made by import-ict')
    .option('--views <number>', `views of a group or pair set (default: ${VIEWS_PER_SAMPLE.groups} and ${VIEWS_PER_SAMPLE.pairs})`, parseInteger('--views', { min: 1, max: 100 }))
    .option('--shard-size <samples>', `samples in a shard (default: ${each(SAMPLES_PER_SHARD)})`, parseInteger('--shard-size', { min: 1, max: 100_000 }))
    .option('--without-pictures', 'only cameras, expressions and points; needs no GPU and is many times faster');
}
