export const samples: Float32Array<ArrayBuffer>;
export const chunks: Float32Array[];
export const modelUrl: string;
