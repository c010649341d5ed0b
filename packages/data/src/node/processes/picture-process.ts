/** A process that renders, on a GPU device of its own: picture-process.js SIZE [HEAD_PACK] */
import { loadHead } from '../head.ts';
import { createNodePictureMaker } from '../picture-maker.ts';
import { serveSamples } from './serve-samples.ts';

const [size, heads] = process.argv.slice(2);
await serveSamples(async () => createNodePictureMaker(await loadHead(heads), { size: Number(size) }));
