/** Follows the face in a video, from a file or from the camera, frame by frame at whatever pace the rendering allows. */
import { InputError } from '@onegt/demo/errors';
import type { Image } from '@onegt/skeleton';

/** Longest side of the frames: a face in front of a camera fills a good part of them. */
const MAX_SIDE = 640;

/** @throws {@link InputError} when the camera is not there or not allowed, or the browser cannot play the file */
export async function openVideo(video: HTMLVideoElement, source: File | 'camera'): Promise<void> {
  closeVideo(video);
  const what = source === 'camera' ? 'The camera' : `"${source.name}"`;
  try {
    if (source === 'camera') video.srcObject = await navigator.mediaDevices.getUserMedia({ video: { width: MAX_SIDE } });
    else video.src = URL.createObjectURL(source);
    await video.play();
  } catch (cause) {
    closeVideo(video);
    const advice = source === 'camera' ? 'Allow it for this page in the browser, and close other programs that hold it.' : 'Try MP4 (H.264) or WebM.';
    throw new InputError(`${what} cannot be shown: ${cause instanceof Error ? cause.message : String(cause)}\n  ${advice}`, { cause });
  }
}

export function closeVideo(video: HTMLVideoElement): void {
  video.pause();
  if (video.srcObject instanceof MediaStream) for (const track of video.srcObject.getTracks()) track.stop();
  if (video.src !== '') URL.revokeObjectURL(video.src);
  video.srcObject = null;
  video.removeAttribute('src');
}

/** The newest frame whenever the caller is ready for one, until the video ends or is closed. */
export async function* frames(video: HTMLVideoElement): AsyncGenerator<Image, void, void> {
  const isOpen = (): boolean => (video.srcObject !== null || video.hasAttribute('src')) && !video.ended;
  const context = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true })!;
  while (isOpen()) {
    const { videoWidth, videoHeight } = video;
    if (videoWidth > 0) {
      const scale = Math.min(1, MAX_SIDE / Math.max(videoWidth, videoHeight));
      Object.assign(context.canvas, { width: Math.round(videoWidth * scale), height: Math.round(videoHeight * scale) });
      context.drawImage(video, 0, 0, context.canvas.width, context.canvas.height);
      yield context.getImageData(0, 0, context.canvas.width, context.canvas.height);
    }
    await new Promise((resolve) => setTimeout(resolve, 10)); // the page stays alive, and a slow camera gets its time
  }
}
