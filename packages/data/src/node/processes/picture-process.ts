/** A process that renders, on a GPU device of its own: picture-process.js SIZE [HEAD_PACK] */
import { createRandom } from '../../random/random.ts';
import { sampleLooks } from '../../samples/looks.ts';
import { sampleTraits } from '../../scene/traits.ts';
import { loadHead } from '../head.ts';
import { createNodePictureMaker } from '../picture-maker.ts';
import { serveSamples } from './serve-samples.ts';

// V8 specialises code for the values that it has met. A number of looks that is whole for the first people and not for the next
// one would undo all code that reads it: 300 people drawn at once, in a third of a second, spared 2 of the 17 seconds that it
// compiled for the first 70.
for (let seed = 0; seed < 300; seed++) sampleLooks(seed, sampleTraits(createRandom(seed, 'traits')));

const [size, heads] = process.argv.slice(2);
await serveSamples(async () => createNodePictureMaker(await loadHead(heads), { size: Number(size) }));
