/** Plastic, metal, acetate, wood, gems, leather-free solids: one shader, up to sixteen kinds of stuff per mesh (`extra.x`). */

export const HARD_KINDS = ['plain', 'tortoise', 'wood', 'brushed', 'pearl', 'gem', 'foam', 'speckled', 'grille'] as const;
export type HardKind = (typeof HARD_KINDS)[number];

/** Colours are linear RGB. */
export interface HardStuff {
  kind: HardKind;
  colour: readonly [number, number, number];
  /** Second colour of patterned kinds. */
  second?: readonly [number, number, number];
  roughness: number;
  metallic?: number;
  /** 0..1 clear lacquer over it. */
  coat?: number;
  /** Size of the pattern, cm. */
  scale?: number;
  seed?: number;
}

export const HARD_STRIDE = 3;
export const hardParameters = ({ kind, colour, second = colour, roughness, metallic = 0, coat = 0, scale = 0.6, seed = 0 }: HardStuff): number[] =>
  [...colour, HARD_KINDS.indexOf(kind), ...second, scale, roughness, metallic, coat, seed];

export const hardWgsl = /* wgsl */ `
fn evaluate(surface: Surface) -> Shading {
  var shading = default_shading(surface);
  let slot = u32(surface.extra.x + 0.5) * 3u;
  let first = parameters[slot];
  let second = parameters[slot + 1u];
  let finish = parameters[slot + 2u];
  let kind = u32(first.w + 0.5);
  var colour = first.rgb;
  var roughness = finish.x;
  let at = surface.position / second.w + vec3f(finish.w * 7.31, finish.w * 3.17, -finish.w * 5.73);
  switch kind {
    case 1u: {  // tortoiseshell: dark islands with soft borders in honey
      let islands = fbm3(at * vec3f(1.0, 1.3, 1.0), 3) + 0.35 * noise3(at * 3.1);
      colour = mix(colour, second.rgb, smoothstep(-0.12, 0.22, islands));
    }
    case 2u: {  // wood: stretched rings
      let rings = fbm3(at * vec3f(0.35, 3.0, 3.0), 2) * 4.0;
      colour = mix(colour, second.rgb, 0.5 + 0.5 * sin(rings * 6.283));
    }
    case 3u: {  // brushed metal
      roughness += 0.06 * noise3(at * vec3f(2.0, 24.0, 24.0)) * detail_weight(surface, 0.05);
    }
    case 4u: {  // pearl: colour turns with the angle
      let facing = abs(dot(surface.normal, surface.view));
      colour = mix(second.rgb, colour, facing);
    }
    case 5u: {  // gem: facets flatten the normal
      let cell = floor(surface.normal * 3.0 + 0.5);
      shading.normal = normalize(mix(surface.normal, normalize(cell + vec3f(0.001)), 0.8));
      shading.specular = 0.15;
    }
    case 6u: {  // foam: dull, pitted
      let pits = noise3(at * 8.0) * detail_weight(surface, second.w * 0.2);
      colour *= 1.0 + 0.25 * pits;
    }
    case 7u: {
      colour = mix(colour, second.rgb, smoothstep(0.15, 0.4, noise3(at * 3.0)));
    }
    case 8u: {  // perforated metal
      let holes = sin(surface.uv.x * 40.0) * sin(surface.uv.y * 40.0) * detail_weight(surface, 0.16);
      colour *= 0.75 + 0.25 * holes;
    }
    default: {}
  }
  shading.albedo = max(colour, vec3f(0.0));
  shading.roughness = clamp(roughness, 0.04, 1.0);
  shading.roughness_2 = shading.roughness;
  shading.metallic = finish.y;
  shading.coat = finish.z;
  shading.cavity = surface.extra.w;
  return shading;
}
`;
