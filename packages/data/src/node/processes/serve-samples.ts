/** The side of the child: makes and encodes what it is asked for, until it is killed or its parent is gone. */
import sharp from 'sharp';
import type { SampleMaker } from '../../samples/maker.ts';
import { encodeSample } from '../encode.ts';
import { packError } from './crossing-error.ts';
import type { Answer, Request } from './messages.ts';

/** Called by a module that `SampleProcess.start` runs. */
export async function serveSamples(create: () => Promise<SampleMaker>): Promise<void> {
  // Ctrl-C reaches every process of a terminal, and a cluster's SIGTERM every process of a job. The parent decides what becomes of it.
  process.on('SIGINT', () => undefined).on('SIGTERM', () => undefined);
  process.on('disconnect', end);
  if (!process.connected) end(); // the parent died while modules were loaded
  sharp.concurrency(1); // every core renders already: with a thread more a picture of 256 pixels takes a third more processor time
  let maker: SampleMaker;
  try {
    maker = await create();
  } catch (error) {
    return answer({ failed: packError(error) });
  }
  const running = new Map<number, AbortController>();
  process.on('message', async (message: Request) => {
    if ('cancel' in message) return running.get(message.cancel)?.abort();
    const { id, request } = message;
    const abort = new AbortController();
    running.set(id, abort);
    try {
      answer({ id, sample: await encodeSample(await maker.make(request, abort.signal)) });
    } catch (error) {
      answer({ id, error: packError(error) });
    } finally {
      running.delete(id);
    }
  });
  answer({ ready: { adapter: maker.adapter, head: maker.head, concurrency: maker.concurrency } });
}

/** The callback: a parent that is gone is no error, `disconnect` follows. */
const answer = (message: Answer): void => void process.send!(message, undefined, undefined, () => undefined);

/** There is nothing to put in order, and giving a software adapter back takes long and can crash. */
const end = (): void => void process.kill(process.pid, 'SIGKILL');
