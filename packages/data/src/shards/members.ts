/**
 * One sample as the files of a WebDataset sample. All of them begin with the sample's key and a dot:
 *
 * | member | what |
 * |---|---|
 * | `KEY.json` | {@link SampleRecord} |
 * | `KEY.VIEW.jpg` | the picture, at the JPEG quality of the camera look |
 * | `KEY.VIEW.region.png` | 8-bit grey, indices into `REGIONS` |
 * | `KEY.points.npy` | f4 `[V, 600, 3]`, crop units |
 * | `KEY.poses.npy` | f4 `[P, 600, 3]`, head space, cm |
 * | `KEY.rest.npy` | f4 `[people, 600, 3]`, head space, cm: each person at rest |
 * | `KEY.validity.npy` | u1 `[V, 600]` |
 *
 * Pictures and masks are absent where the record says `"hasPictures": false`.
 */
import { NUM_POINTS } from '@onegt/skeleton';
import { KINDS, SAMPLE_FORMAT, type Kind, type SampleRecord } from '../samples/sample.ts';
import { ShardError } from './errors.ts';
import { decodeNpy, type NpyData } from './npy.ts';

/** Members of a sample by what follows the key and its dot, such as `v03.jpg`. */
export type Members = ReadonlyMap<string, Uint8Array>;

/** A member's name, split as WebDataset does: at the first dot of the last path segment. */
export function splitName(path: string): { key: string; extension: string } {
  const start = path.lastIndexOf('/') + 1;
  const dot = path.indexOf('.', start);
  return dot === -1 ? { key: path, extension: '' } : { key: path.slice(0, dot), extension: path.slice(dot + 1) };
}

/** Which members a sample must have, in the order in which they are written. */
export function memberNames({ views, hasPictures }: Pick<SampleRecord, 'hasPictures'> & { views: readonly { name: string }[] }): string[] {
  return ['json', ...(hasPictures ? views.flatMap(({ name }) => [`${name}.jpg`, `${name}.region.png`]) : []), 'points.npy', 'poses.npy', 'rest.npy', 'validity.npy'];
}

/** A stored sample, parsed; pictures are still JPEG and PNG bytes. */
export interface StoredSample {
  key: string;
  record: SampleRecord;
  /** As in `record.views`, or none. */
  pictures: readonly { jpeg: Uint8Array; regionsPng: Uint8Array }[];
  /** `[V, 600, 3]`, `[P, 600, 3]`, `[people, 600, 3]`, `[V, 600]` as in `Sample`. */
  points: Float32Array;
  poses: Float32Array;
  rest: Float32Array;
  validity: Uint8Array;
}

/** @throws {@link ShardError} naming the member that is missing or wrong */
export function parseSample(key: string, members: Members): StoredSample {
  const get = (extension: string): Uint8Array => {
    const bytes = members.get(extension);
    if (bytes === undefined) throw new ShardError(`Sample ${key} has no member "${key}.${extension}".`, { data: { key, extension } });
    return bytes;
  };
  const record = parseRecord(key, get('json'));
  const array = <T extends NpyData>(name: string, type: new () => T, shape: readonly number[]): T => {
    const { data, shape: found } = decodeNpy(get(name), `${key}.${name}`);
    if (!(data instanceof type) || found.join() !== shape.join()) {
      throw new ShardError(`${key}.${name} is ${data.constructor.name} [${found.join(', ')}]; ${type.name} [${shape.join(', ')}] belongs there.`, { data: { key, name } });
    }
    return data;
  };
  const numViews = record.views.length;
  const numPoses = 1 + Math.max(...record.views.map(({ pose }) => pose));
  return {
    key,
    record,
    pictures: (record.hasPictures ? record.views : []).map(({ name }) => ({ jpeg: get(`${name}.jpg`), regionsPng: get(`${name}.region.png`) })),
    points: array('points.npy', Float32Array, [numViews, NUM_POINTS, 3]),
    poses: array('poses.npy', Float32Array, [numPoses, NUM_POINTS, 3]),
    rest: array('rest.npy', Float32Array, [record.people.length, NUM_POINTS, 3]),
    validity: array('validity.npy', Uint8Array, [numViews, NUM_POINTS]),
  };
}

function parseRecord(key: string, bytes: Uint8Array): SampleRecord {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new ShardError(`${key}.json is not JSON: ${(cause as Error).message}`, { cause, data: { key } });
  }
  const record = value as Partial<SampleRecord>;
  if (typeof value !== 'object' || value === null || !KINDS.includes(record.kind as Kind) || !Array.isArray(record.views) || record.views.length === 0 || !Array.isArray(record.people)) {
    throw new ShardError(`${key}.json does not describe a sample: it has no known kind, no views or no people.`, { data: { key } });
  }
  if (record.format !== SAMPLE_FORMAT) throw new ShardError(`${key}.json has format ${String(record.format)}; this version reads ${SAMPLE_FORMAT}.`, { data: { key } });
  if (record.key !== key) throw new ShardError(`${key}.json belongs to the sample ${String(record.key)}.`, { data: { key } });
  return value as SampleRecord;
}
