/** What a pipeline needs, in a browser: its GPU, and the files that the bundler ships with the page. */
import type { Sources } from '@onegt/demo/pipeline';
import { Gpu, loadBytes } from '@onegt/kernels';
import { weightUrls } from '@onegt/weights-nano';

const faceNetworks = import.meta.glob<string>('@face-networks/{blazeface,facemesh,iris}.{json,bin}', { query: '?url', import: 'default', eager: true, exhaustive: true });
const urlByName = new Map(Object.entries(faceNetworks).map(([path, url]) => [path.split('/').at(-1), url]));

export const browserSources: Sources = {
  requestGpu: () => Gpu.request(),
  readFaceNetwork: (name, signal) => loadBytes(new URL(urlByName.get(name) ?? name, location.href), signal === undefined ? {} : { signal }),
  weights: weightUrls,
};
