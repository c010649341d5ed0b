/** Which queue. Apart from the queue itself, so that the command line starts without BullMQ. */
export const DEFAULT_QUEUE = 'onegt-data';

export interface QueueOptions {
  /** `redis://[user:password@]host:port[/database]`, or `rediss://` for TLS. */
  redis: string;
  queue?: string;
}
