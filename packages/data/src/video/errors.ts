import { OneGTError, type OneGTErrorOptions } from '@onegt/kernels';

export type VideoErrorCode = 'not-a-video' | 'broken-video' | 'no-frames' | 'no-face';

/** A video from which nothing can be taken: not readable (`not-a-video`), broken on the way, empty, or without any face. */
export class VideoError extends OneGTError {
  constructor(code: VideoErrorCode, message: string, options: OneGTErrorOptions = {}) {
    super(code, message, options);
    this.name = 'VideoError';
  }
}
