/** The meaning of pixelShuffle, written as PyTorch documents it, on `[H, W, C]`. */
export function pixelShuffleReference(input: Float32Array, height: number, width: number, channels: number, factor: number): Float32Array {
  const output = new Float32Array(input.length);
  const outputChannels = channels / factor ** 2;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let c = 0; c < outputChannels; c++) {
        for (let dy = 0; dy < factor; dy++) {
          for (let dx = 0; dx < factor; dx++) {
            const source = (y * width + x) * channels + c * factor ** 2 + dy * factor + dx;
            output[((y * factor + dy) * width * factor + x * factor + dx) * outputChannels + c] = input[source]!;
          }
        }
      }
    }
  }
  return output;
}
