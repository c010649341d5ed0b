export { type Angles, anglesOf, type Camera, checkCamera, createCamera, depthsOf, InvalidCameraError, NOMINAL_FOV_Y, orbit, project, projectionMatrix, rotationOf, unproject, type View, viewFrom, viewMatrix, viewOf } from './camera/camera.ts';
export { computeCrop, type Crop, cropImage, InvalidLandmarksError, landmarksInCrop, pointsInPicture } from './crop/crop.ts';

export { checkExpression, InvalidExpressionError, namedExpression, neutralExpression, UnknownExpressionError } from './expression/expression.ts';
export { EXPRESSION_NAMES, type ExpressionName, type ExpressionWeights } from './expression/names.ts';

export type { Anchor, AnchorTarget, ObservedSkeleton, ObserveOptions, SourceSkeleton } from './anchor/anchor.ts';
export { AnalyticAnchor } from './anchor/analytic-anchor.ts';
export { type LoadAnchorOptions, SkeletonAnchor, type SkeletonWeights } from './anchor/skeleton-anchor.ts';
export { type FitOptions, HeadPrior, type PriorFit } from './prior/prior.ts';

export { MAP_CHANNELS, MAP_SIZE, MapRasterizer } from './raster/map-rasterizer.ts';
export { CANONICAL_SCALE, HEAD_CENTRE, LEFT_EYE_OUTER, NUM_DETECTED, NUM_FACE, NUM_POINTS, REGION_NAMES, RIGHT_EYE_OUTER, skeletonTopology, type Topology } from './topology/topology.ts';

export { type DetectOptions, type Face, FaceDetector, type LoadOptions as LoadDetectorOptions } from './detection/detector.ts';
export { InvalidImageError, type InvalidImageReason, NoFaceError, UnsupportedOperationError } from './detection/errors.ts';
export { checkImage, type Image, MAX_IMAGE_PIXELS } from './detection/image.ts';
export type { ReadFile } from './detection/graph-model.ts';
export type { FaceNetworks } from './detection/face-networks.ts';
export { modelFolder } from './detection/model-folder.ts';
