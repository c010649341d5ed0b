/**
 * Where the weight files of this package are. Each URL is written out, as bundlers recognise
 * `new URL('literal', import.meta.url)` and then ship the file.
 */
export const weightUrls = {
  /** Sizes of the models, as the exporter wrote them. */
  config: new URL('../weights/config.json', import.meta.url),
  /** Linear model of the 600 points: mean, identity and expression directions. */
  prior: new URL('../weights/prior.safetensors', import.meta.url),
  /** Transformer that completes and turns the skeleton. */
  rigid: new URL('../weights/rigid.safetensors', import.meta.url),
  /** Transformer that gives the skeleton another face's expression. */
  nonrigid: new URL('../weights/nonrigid.safetensors', import.meta.url),
  autoencoder: new URL('../weights/autoencoder.safetensors', import.meta.url),
  dit: new URL('../weights/dit.safetensors', import.meta.url),
} as const;

export type WeightName = keyof typeof weightUrls;
