/** Bind group layouts of all passes. */
export type Layouts = ReturnType<typeof createLayouts>;

export function createLayouts(device: GPUDevice) {
  const { COMPUTE, VERTEX, FRAGMENT } = GPUShaderStage;
  const everywhere = COMPUTE | VERTEX | FRAGMENT;
  type Entry = Omit<GPUBindGroupLayoutEntry, 'binding' | 'visibility'>;
  const uniform: Entry = { buffer: { type: 'uniform' } };
  const dynamic: Entry = { buffer: { type: 'uniform', hasDynamicOffset: true } };
  const read: Entry = { buffer: { type: 'read-only-storage' } };
  const write: Entry = { buffer: { type: 'storage' } };
  const texture = (sampleType: GPUTextureSampleType): Entry => ({ texture: { sampleType } });
  const layout = (label: string, visibility: number, ...entries: Entry[]) =>
    device.createBindGroupLayout({ label: `render/${label}`, entries: entries.map((entry, binding) => ({ binding, visibility, ...entry })) });
  const stored: Entry = { storageTexture: { format: 'r32float' } };
  const sparse = (label: string, entries: Record<number, Entry>) =>
    device.createBindGroupLayout({ label: `render/${label}`, entries: Object.entries(entries).map(([binding, entry]) => ({ binding: Number(binding), visibility: COMPUTE, ...entry })) });
  return {
    frame: layout('frame', everywhere, uniform),
    material: layout('material', COMPUTE | FRAGMENT, dynamic, { sampler: { type: 'filtering' } }, texture('float'), texture('float')),
    visibilityMesh: layout('visibility mesh', VERTEX, read, read),
    cutoutMesh: layout('cutout mesh', VERTEX, read, read, read, read),
    mesh: layout('mesh', COMPUTE, read, read, read, read, dynamic),
    classify: layout('classify', COMPUTE, uniform, write, write, texture('uint'), texture('depth'), write, read, read),
    small: layout('small', COMPUTE, uniform, write, write),
    packShadow: layout('pack shadow', COMPUTE, read, texture('depth'), { storageTexture: { format: 'rgba32float' } }),
    list: layout('list', COMPUTE, uniform, write, write, write),
    shade: layout('shade', COMPUTE, uniform, read, read, write, texture('unfilterable-float'), write, texture('unfilterable-float'), { texture: { sampleType: 'float', viewDimension: '2d-array' } }, { sampler: { type: 'filtering' } }),
    environment: layout('environment', COMPUTE, uniform, { storageTexture: { format: 'rgba16float', viewDimension: '2d-array' } }),
    occlude: sparse('occlude', { 0: uniform, 1: read, 3: stored }),
    spread: sparse('spread', { 0: uniform, 1: read, 2: texture('unfilterable-float'), 4: stored }),
    resolve: layout('resolve', COMPUTE, uniform, read, read, write),
    background: layout('background', COMPUTE, uniform),
  };
}
