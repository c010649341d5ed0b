/** The bundled page in a real browser, used as a person would: the example, the pointer, files that are no portraits. */
import { nodeSources } from '@onegt/demo/assets';
import { Pipeline } from '@onegt/demo/pipeline';
import { type Image, namedExpression } from '@onegt/skeleton';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import sharp from 'sharp';
import { build, preview, type PreviewServer } from 'vite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launchChromium } from './testing/chromium.ts';

const MINUTES = 60_000; // SwiftShader compiles for half a minute
const PORTRAIT = fileURLToPath(import.meta.resolve('@onegt/demo/astronaut.png'));

const folder = await mkdtemp(join(tmpdir(), 'onegt-page-'));
const camera = join(folder, 'camera.mjpeg'); // one mirrored frame, again and again
await sharp(PORTRAIT).flop().resize(480, 480).jpeg().toFile(camera);
const browser: Browser | undefined = await launchChromium(camera);
afterAll(() => rm(folder, { recursive: true }));
if (browser === undefined) console.warn('SKIPPED: no Chromium (npm test fetches one on Linux x64; ONEGT_CHROMIUM names another), so the page is not tested.');

describe.skipIf(browser === undefined)('the page', () => {
  let server: PreviewServer;
  let page: Page;
  let pipeline: Pipeline;
  const faults: string[] = [];

  beforeAll(async () => {
    const configFile = fileURLToPath(new URL('../vite.config.ts', import.meta.url));
    await build({ configFile, logLevel: 'warn' });
    server = await preview({ configFile, preview: { port: 0 } });
    page = await browser!.newPage();
    page.on('pageerror', (error) => faults.push(error.message));
    // Tests may take the device away, as a driver's reset would.
    await page.addInitScript(() => {
      const { requestDevice } = GPUAdapter.prototype;
      GPUAdapter.prototype.requestDevice = async function (...args) {
        return ((globalThis as { testDevice?: GPUDevice }).testDevice = await requestDevice.apply(this, args));
      };
    });
    await page.goto(server.resolvedUrls!.local[0]!);
    await page.selectOption('#steps', '1'); // before the example is rendered with more
    pipeline = await Pipeline.open(nodeSources(), { stages: { run: async (_, body) => body() }, signal: new AbortController().signal });
    await settled();
  }, 6 * MINUTES);
  afterAll(async () => {
    pipeline[Symbol.dispose]();
    await browser?.close();
    await server.close();
    expect(faults).toEqual([]);
  });

  /** Nothing is at work, and the page shows its result or an error. */
  const settled = async (): Promise<void> => {
    await page.waitForFunction(() => document.querySelector<HTMLElement>('#work')!.hidden && !document.querySelector('#status')!.textContent!.includes('…'), undefined, { timeout: 5 * MINUTES });
  };
  const shown = async (): Promise<Image> => {
    const url = await page.evaluate(() => document.querySelector<HTMLCanvasElement>('#head')!.toDataURL());
    const { data, info } = await sharp(Buffer.from(url.split(',')[1]!, 'base64')).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
    return { width: info.width, height: info.height, data };
  };
  const slider = (name: string): Promise<number> => page.locator(`input[name=${name}]`).evaluate((input: HTMLInputElement) => input.valueAsNumber);
  const openFile = async (input: string, name: string, buffer: Buffer): Promise<void> => {
    await page.setInputFiles(input, { name, mimeType: 'image/png', buffer });
    await settled();
  };

  test('shows the example portrait as Node renders it', async () => {
    const { data, info } = await sharp(PORTRAIT).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
    using subject = await pipeline.encode({ width: info.width, height: info.height, data }, 1);
    const { angles, expression } = subject.skeleton;
    const expected = await subject.render({ camera: { ...angles, zoom: 1 }, expression: namedExpression(expression) }, { steps: 1, seed: 1 });
    expect(await page.textContent('#error')).toBe('');
    expect(psnr(await shown(), expected)).toBeGreaterThan(40); // another browser, another adapter, the same picture
  });

  test('dragging to the right turns the face to the right of the picture, and an arrow key turns it back', async () => {
    const before = await slider('yaw');
    const { x, y, width, height } = (await page.locator('#head').boundingBox())!;
    await page.mouse.move(x + width / 2, y + height / 2);
    await page.mouse.down();
    await page.mouse.move(x + width / 2 + width / 3, y + height / 2, { steps: 2 });
    await page.mouse.up();
    await settled();
    const turned = await slider('yaw');
    expect(turned - before).toBeCloseTo(30, -1); // a third of 90 degrees
    const { angles } = await pipeline.observe(await shown());
    expect(Math.abs((angles.yaw * 180) / Math.PI - turned)).toBeLessThan(12);
    await page.keyboard.press('ArrowLeft');
    expect(await slider('yaw')).toBe(turned - 5);
    await settled();
  });

  test('a preset moves the sliders and the face', async () => {
    const opening = async (): Promise<number> => {
      const { detected } = await pipeline.observe(await shown());
      return detected[13 * 3 + 1]! - detected[14 * 3 + 1]!; // upper lip, lower lip
    };
    await page.click('text=Neutral');
    await settled();
    const closed = await opening();
    await page.click('text=Aah');
    await settled();
    expect(await slider('jawOpen')).toBe(0.7);
    expect(await opening()).toBeGreaterThan(closed + 0.03); // crop units: 4 of the picture's 256 pixels
  });

  test('what is no picture, and a picture without a face, are told apart and leave the head as it is', async () => {
    const before = await shown();
    await openFile('#photo', 'notes.png', Buffer.from('no picture'));
    expect(await page.textContent('#error')).toBe('InputError: "notes.png" is not a picture that this browser can read.\n  Try a JPEG, PNG or WebP file.');
    await openFile('#photo', 'grey.png', await sharp({ create: { width: 300, height: 200, channels: 3, background: '#888' } }).png().toBuffer());
    expect(await page.textContent('#error')).toMatch(/^NoFaceError: /);
    expect(Buffer.compare(Buffer.from((await shown()).data), Buffer.from(before.data))).toBe(0);
  });

  test('another face drives the head, in pose too', async () => {
    await openFile('#driving', 'astronaut.png', await readFile(PORTRAIT));
    expect(await page.textContent('#driven')).toContain('astronaut.png');
    expect(await page.locator('#error').isHidden()).toBe(true);
    expect(await slider('jawOpen')).toBe(0);
  });

  test("the camera's face drives the head until someone stops it", async () => {
    const before = await slider('roll'); // the portrait's own; the camera shows it mirrored
    await page.click('#camera');
    await page.waitForFunction(() => document.querySelector('#driven')!.textContent!.includes('the camera') && document.querySelector('#status')!.textContent!.startsWith('render'), undefined, { timeout: 5 * MINUTES });
    expect(await page.locator('#video').isVisible()).toBe(true);
    expect(Math.abs((await slider('roll')) + before)).toBeLessThan(3);
    await page.click('#release');
    await settled();
    expect(await page.locator('#video').isHidden()).toBe(true);
    expect(await page.locator('#driven').isHidden()).toBe(true);
    expect(await page.locator('#error').isHidden()).toBe(true);
  });

  test('a picture can be saved', async () => {
    const [download] = await Promise.all([page.waitForEvent('download'), page.click('#save')]);
    const saved = await sharp(await download.path()).metadata();
    expect([saved.format, saved.width, saved.height]).toEqual(['png', 256, 256]);
  });

  test('a device that is lost is said, and the next photograph opens another', async () => {
    await page.evaluate(() => (globalThis as { testDevice?: GPUDevice }).testDevice!.destroy());
    await page.waitForFunction(() => document.querySelector('#error')!.textContent !== '');
    expect(await page.textContent('#error')).toMatch(/^DeviceLostError: /);
    await page.click('#example');
    await page.waitForFunction(() => document.querySelector('#status')!.textContent === 'encode skeleton …', undefined, { timeout: 5 * MINUTES }); // a face was detected on it
    expect(await page.locator('#error').isHidden()).toBe(true);
  });
}, 5 * MINUTES);

function psnr(a: Image, b: Image): number {
  let sum = 0;
  for (let i = 0; i < a.data.length; i++) if (i % 4 !== 3) sum += (a.data[i]! - b.data[i]!) ** 2;
  return -10 * Math.log10(sum / (a.width * a.height * 3) / 255 ** 2);
}
