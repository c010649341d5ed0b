/** The page: a photograph goes in, then sliders and the pointer say what the head does. */
import portraitUrl from '@onegt/demo/astronaut.png?url';
import { describeError } from '@onegt/demo/errors';
import { Pipeline, type Subject } from '@onegt/demo/pipeline';
import { type Image, namedExpression, NoFaceError, type ObservedSkeleton } from '@onegt/skeleton';
import { Controls, PRESETS } from './controls.ts';
import { closeVideo, frames, openVideo } from './follow.ts';
import { LiveView } from './live-view.ts';
import { drawPicture, readPicture } from './picture.ts';
import { browserSources } from './sources.ts';

const element = <T extends HTMLElement>(id: string): T => document.getElementById(id) as T;
const head = element<HTMLCanvasElement>('head');
const status = element('status');
const failure = element('error');
const video = element<HTMLVideoElement>('video');
const number = (id: string): number => Math.max(0, Math.trunc(element<HTMLInputElement>(id).valueAsNumber || 0));

let pipeline: Pipeline | undefined;
let photograph: Image | undefined;
let subject: Subject | undefined;
let view: LiveView | undefined;
let driving: ObservedSkeleton | undefined;
const controls = new Controls(element('view'), element('expression'), update);

/** Shows the stage that runs. The pause lets the browser paint before the stage takes the thread. */
const stages = {
  async run<T>(name: string, body: () => Promise<T> | T): Promise<T> {
    status.textContent = `${name} …`;
    await new Promise((resolve) => setTimeout(resolve));
    return body();
  },
};

function fail(error: unknown): void {
  failure.hidden = false;
  failure.textContent = describeError(error, false);
  status.textContent = '';
  console.error(error);
}

/** One task at a time, with its errors on the page; what is shown stays until something better is there. A new task ends a video. */
let tasks = Promise.resolve();
function task(body: () => Promise<void>): void {
  closeVideo(video);
  tasks = tasks.then(async () => {
    failure.hidden = true;
    element('work').hidden = false;
    await body().catch(fail);
    element('work').hidden = true;
  });
}

/** All files so far together. */
const downloads = new Map<string, { loaded: number; total: number }>();
function showDownload(file: string, loaded: number, total: number): void {
  downloads.set(file, { loaded, total });
  const sum = (key: 'loaded' | 'total'): string => ([...downloads.values()].reduce((bytes, download) => bytes + download[key], 0) / 1e6).toFixed(1);
  status.textContent = `weights: ${sum('loaded')} of ${sum('total')} MB …`;
}

async function openPipeline(): Promise<Pipeline> {
  if (pipeline !== undefined) return pipeline;
  const opened = await Pipeline.open(browserSources, { stages, signal: new AbortController().signal, onDownload: showDownload });
  void opened.parts.gpu.lost.then((error) => {
    if (pipeline !== opened) return;
    pipeline = subject = view = undefined; // the next photograph opens a new one
    fail(error);
  });
  return (pipeline = opened);
}

async function showPhotograph(picture: Image): Promise<void> {
  const opened = await openPipeline();
  const encoded = await opened.encode(picture, Math.max(1, number('face')));
  await view?.dispose();
  photograph = picture;
  subject = encoded;
  view = new LiveView(encoded, showPicture, fail);
  driving = undefined;
  drawPicture(element<HTMLCanvasElement>('crop'), encoded.image);
  element('crop').hidden = false;
  controls.setCamera(encoded.skeleton.angles, 1);
  controls.setExpression(namedExpression(encoded.skeleton.expression));
  update();
  await view.settled;
}

function showPicture(image: Image): void {
  drawPicture(head, image);
  status.textContent = pipeline === undefined ? '' : pipeline.adapter;
}

/** Renders what the controls say. With a driving face, the sliders add to its expression. */
function update(): void {
  element('driven').hidden = driving === undefined;
  video.hidden = video.paused;
  if (view === undefined) return;
  const { camera, expression } = controls;
  const steps = video.paused ? Number(element<HTMLSelectElement>('steps').value) : 1; // a video moves on
  view.want(driving === undefined ? { camera, expression } : { camera, driving, expression }, { steps, seed: number('seed') });
}

/** Takes pose and expression of a face: a picture's once, a video's until it ends or is stopped. */
async function drive(source: File | 'camera'): Promise<void> {
  const opened = await openPipeline();
  const isVideo = source === 'camera' || source.type.startsWith('video/');
  const follow = async (image: Image): Promise<void> => {
    const observed = await opened.observe(image);
    if (isVideo && video.paused) return; // stopped meanwhile
    driving = observed;
    controls.setCamera(observed.angles);
    update();
    await view?.settled;
  };
  controls.setExpression({});
  document.querySelector('#driven span')!.textContent = `Driven by ${source === 'camera' ? 'the camera' : source.name}; the sliders add to it.`;
  if (!isVideo) return follow(await readPicture(source));
  await openVideo(video, source);
  for await (const frame of frames(video)) {
    await follow(frame).catch((error: unknown) => {
      if (!(error instanceof NoFaceError)) throw error;
      status.textContent = 'no face in the video'; // it may come back
    });
  }
  update();
}

/** The sliders alone say what the head does. */
function release(): void {
  closeVideo(video);
  driving = undefined;
}

const open = (source: Blob): void => task(async () => showPhotograph(await readPicture(source)));
const openExample = (): void => task(async () => showPhotograph(await readPicture(await (await fetch(portraitUrl)).blob())));

function onFile(id: string, use: (file: File) => void): void {
  const input = element<HTMLInputElement>(id);
  input.addEventListener('change', () => {
    const file = input.files?.[0];
    if (file !== undefined) use(file);
    input.value = ''; // the same file may be chosen again
  });
}
onFile('photo', open);
onFile('driving', (file) => task(() => drive(file)));
element('camera').addEventListener('click', () => task(() => drive('camera')));
element('release').addEventListener('click', () => { release(); update(); });
element('example').addEventListener('click', openExample);
element('face').addEventListener('change', () => { if (photograph !== undefined) task(() => showPhotograph(photograph!)); });
for (const id of ['steps', 'seed']) element(id).addEventListener('change', update);

for (const [name, weights] of Object.entries(PRESETS)) {
  const button = Object.assign(document.createElement('button'), { type: 'button', textContent: name });
  button.addEventListener('click', () => {
    release();
    controls.setExpression(weights);
    update();
  });
  element('presets').append(button);
}
element('ownCamera').addEventListener('click', () => {
  if (subject !== undefined) controls.setCamera(subject.skeleton.angles, 1);
  update();
});

head.addEventListener('pointerdown', (event) => head.setPointerCapture(event.pointerId));
head.addEventListener('pointermove', (event) => {
  const degreesPerPixel = 90 / head.clientWidth;
  if (head.hasPointerCapture(event.pointerId)) controls.turn(event.movementX * degreesPerPixel, event.movementY * degreesPerPixel);
});
head.addEventListener('wheel', (event) => {
  event.preventDefault();
  controls.zoomBy(Math.exp(-event.deltaY / 1000));
}, { passive: false });
head.addEventListener('keydown', (event) => {
  const turn = { ArrowLeft: [-5, 0], ArrowRight: [5, 0], ArrowUp: [0, -5], ArrowDown: [0, 5] }[event.key];
  if (turn === undefined) return;
  event.preventDefault();
  controls.turn(turn[0]!, turn[1]!);
});

const page = document.querySelector('main')!;
page.addEventListener('dragover', (event) => { event.preventDefault(); page.classList.add('dropping'); });
page.addEventListener('dragleave', () => page.classList.remove('dropping'));
page.addEventListener('drop', (event) => {
  event.preventDefault();
  page.classList.remove('dropping');
  const file = event.dataTransfer?.files[0];
  if (file !== undefined) open(file);
});
element('save').addEventListener('click', () => head.toBlob((blob) => {
  const link = Object.assign(document.createElement('a'), { href: URL.createObjectURL(blob!), download: 'onegt.png' });
  link.click();
  URL.revokeObjectURL(link.href);
}));

openExample();
