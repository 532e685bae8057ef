import type { Renderer } from './renderer.ts';
import { textRenderer } from './text-format.ts';

/** Every format that results can be written in. */
export const FORMATS: Readonly<Record<ExpositionFormat, Renderer>> = { text: textRenderer };

export type ExpositionFormat = 'text';
