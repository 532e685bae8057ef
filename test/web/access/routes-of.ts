import type { RequestListener } from 'node:http';

/** One address of an application with the methods that it answers. */
export type DeclaredRoute = { readonly path: string; readonly methods: readonly string[] };

/** `app.all` is kept as a route with each of the methods that Node knows, which are some thirty. */
const FEWER_THAN_ALL = 10;

type Layer = {
  readonly name: string;
  readonly route?: { readonly path: unknown; readonly methods: Readonly<Record<string, boolean>> };
  readonly handle: { readonly stack?: unknown };
};

/**
 * What express itself knows of the routes of an application. `route()` declares the refusal of all other methods with
 * `app.all`, which is no method of its own. Throws for a router inside, whose routes would be overlooked.
 */
export function routesOf(handler: RequestListener): readonly DeclaredRoute[] {
  const { stack } = (handler as unknown as { router: { stack: readonly Layer[] } }).router;
  const found = new Map<string, Set<string>>();
  for (const { name, route, handle } of stack) {
    if (handle.stack !== undefined && route === undefined) {
      throw new Error(`a router "${name}" inside hides its routes; declare them with route()`);
    }
    if (route === undefined) continue;
    if (typeof route.path !== 'string') throw new Error('a path that is no text');
    const methods = found.get(route.path) ?? new Set<string>();
    found.set(route.path, methods);
    const names = Object.keys(route.methods);
    if (names.length < FEWER_THAN_ALL) names.forEach((each) => methods.add(each.toUpperCase()));
  }
  const open = [...found].find(([, methods]) => methods.size === 0);
  if (open !== undefined) throw new Error(`"${open[0]}" answers every method alike`);
  return [...found].map(([path, methods]) => ({ path, methods: [...methods] }));
}
