/** Fixtures written by training/onegt/fixtures_skeleton.py. Tests only. */
import { readFileSync } from 'node:fs';
import { parseSafetensors, type SafetensorsFile } from '@onegt/kernels';

export function readFixture(name: string): SafetensorsFile {
  return parseSafetensors(readFileSync(new URL(`../../fixtures/${name}.safetensors`, import.meta.url)));
}
