/** A ground and the ink of text on it. */
export type Shade = { readonly ground: string; readonly ink: string };

const BLACK = '#0b0f14';
const WHITE = '#ffffff';

/**
 * Nothing, and then eight steps from little to all. Lightness alone tells the order, so the ramp needs no colour vision;
 * the hues are those of YlGnBu in Harrower and Brewer, ColorBrewer.org, 2003.
 */
export const HEAT_LIGHT: readonly Shade[] = [
  { ground: '#f7f9fb', ink: '#51606f' },
  { ground: '#f2f7d2', ink: BLACK },
  { ground: '#dbefc0', ink: BLACK },
  { ground: '#b0dfbd', ink: BLACK },
  { ground: '#7fcdbb', ink: BLACK },
  { ground: '#45b4c2', ink: BLACK },
  { ground: '#1878a8', ink: WHITE },
  { ground: '#225ea8', ink: WHITE },
  { ground: '#16286f', ink: WHITE },
];

/** The same on a dark page, where more is lighter. */
export const HEAT_DARK: readonly Shade[] = [
  { ground: '#19232d', ink: '#a2b1c0' },
  { ground: '#1c2b52', ink: WHITE },
  { ground: '#1f3c78', ink: WHITE },
  { ground: '#22559b', ink: WHITE },
  { ground: '#1f72a6', ink: WHITE },
  { ground: '#3fa9bd', ink: BLACK },
  { ground: '#79c8b8', ink: BLACK },
  { ground: '#b3e0bb', ink: BLACK },
  { ground: '#f0f6c8', ink: BLACK },
];

/** Index into a ramp: 0 for nothing at all, the last for all. */
export function heatLevel(share: number): number {
  const steps = HEAT_LIGHT.length - 1;
  return share <= 0 ? 0 : Math.min(steps, Math.max(1, Math.ceil(share * steps - 1e-9)));
}
