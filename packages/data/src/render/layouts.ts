/** Bind group layouts of all passes. */
export type Layouts = ReturnType<typeof createLayouts>;

export function createLayouts(device: GPUDevice) {
  const { COMPUTE, VERTEX, FRAGMENT } = GPUShaderStage;
  type Entry = Omit<GPUBindGroupLayoutEntry, 'binding' | 'visibility'>;
  const uniform: Entry = { buffer: { type: 'uniform' } };
  const dynamic: Entry = { buffer: { type: 'uniform', hasDynamicOffset: true } };
  const read: Entry = { buffer: { type: 'read-only-storage' } };
  const write: Entry = { buffer: { type: 'storage' } };
  const texture = (sampleType: GPUTextureSampleType): Entry => ({ texture: { sampleType } });
  const layout = (label: string, visibility: number, ...entries: Entry[]) =>
    device.createBindGroupLayout({ label: `render/${label}`, entries: entries.map((entry, binding) => ({ binding, visibility, ...entry })) });
  return {
    frame: layout('frame', VERTEX | FRAGMENT, uniform),
    words: device.createBindGroupLayout({ label: 'render/words', entries: [{ binding: 0, visibility: VERTEX | FRAGMENT, ...uniform }, { binding: 1, visibility: FRAGMENT, ...write }] }),
    material: layout('material', COMPUTE | FRAGMENT, dynamic, read),
    visibilityMesh: layout('visibility mesh', VERTEX, read, read),
    cutoutMesh: layout('cutout mesh', VERTEX, read, read, read, dynamic),
    mesh: layout('mesh', COMPUTE, read, read, read, dynamic),
    see: layout('see', COMPUTE, uniform, write, read),
    tiles: layout('tiles', COMPUTE, uniform, read, write),
    castShadow: layout('cast shadow', COMPUTE, uniform, write),
    classify: layout('classify', COMPUTE, uniform, write, write, write, read, read, write, write),
    classifyGlass: layout('classify glass', COMPUTE, uniform, write, write, texture('uint'), texture('depth'), read, read),
    packShadow: layout('pack shadow', COMPUTE, read, read, write),
    list: layout('list', COMPUTE, uniform, write, write, write, read, write),
    shade: layout('shade', COMPUTE, uniform, read, read, write, write, { texture: { sampleType: 'float', viewDimension: '2d-array' } }, { sampler: { type: 'filtering' } }),
    environment: layout('environment', COMPUTE, uniform, { storageTexture: { format: 'rgba16float', viewDimension: '2d-array' } }),
    occlude: layout('occlude', COMPUTE, uniform, read, write, write),
    resolve: layout('resolve', COMPUTE, uniform, read, read, write, write),
    background: layout('background', COMPUTE, uniform),
  };
}
