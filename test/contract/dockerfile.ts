export type Instruction = { readonly name: string; readonly text: string };

/** The instructions of a Dockerfile, with continued lines joined and comments left out. */
export function readDockerfile(text: string): readonly Instruction[] {
  const joined = text
    .split('\n')
    .filter((line) => !/^\s*(#|$)/u.test(line))
    .join('\n')
    .replaceAll(/\\\n\s*/gu, ' ');
  return joined.split('\n').map((line) => {
    const [name = '', ...rest] = line.split(' ');
    return { name, text: rest.join(' ').trim() };
  });
}

/** The last part of a name like `registry:5000/prom/prometheus:v3@sha256:…` says which version is meant. */
export function isPinned(image: string): boolean {
  const tag = /:([^/:@]+)(@sha256:[0-9a-f]{64})?$/u.exec(image)?.[1];
  return image.includes('@sha256:') || (tag !== undefined && tag !== 'latest');
}

/**
 * A small linter: the rules of hadolint that matter for this image (DL3006 and DL3007 pinned base, DL3002 last user
 * not root, DL3025 exec form, DL3020 COPY rather than ADD, DL3000 absolute WORKDIR, DL3057 a health check), and
 * that dependencies come from the lockfile without running scripts of packages.
 */
export function lintDockerfile(text: string): readonly string[] {
  const instructions = readDockerfile(text);
  const ofName = (name: string): readonly Instruction[] =>
    instructions.filter((one) => one.name === name);
  const stages = new Set(ofName('FROM').map((one) => / AS (\S+)$/u.exec(one.text)?.[1]));
  const problems: string[] = [];
  const expectThat = (holds: boolean, problem: string): void => {
    if (!holds) problems.push(problem);
  };
  for (const from of ofName('FROM')) {
    const image = from.text.split(' ')[0] ?? '';
    expectThat(stages.has(image) || isPinned(image), `FROM ${image}: pin a version`);
  }
  expectThat(ofName('ADD').length === 0, 'ADD: use COPY');
  for (const one of [...ofName('CMD'), ...ofName('ENTRYPOINT')]) {
    expectThat(
      one.text.startsWith('['),
      `${one.name} ${one.text}: use the form ["program", "argument"]`,
    );
  }
  for (const one of ofName('WORKDIR')) {
    expectThat(one.text.startsWith('/'), `WORKDIR ${one.text}: use an absolute path`);
  }
  for (const one of ofName('RUN').filter((run) => run.text.includes('npm '))) {
    expectThat(/\bnpm ci\b.*--omit=dev\b/u.test(one.text), `RUN ${one.text}: npm ci --omit=dev`);
    expectThat(one.text.includes('--ignore-scripts'), `RUN ${one.text}: add --ignore-scripts`);
  }
  const user = ofName('USER').at(-1)?.text ?? 'root';
  expectThat(!/^(root|0)(:|$)/u.test(user), 'USER: the last user is root');
  const check = ofName('HEALTHCHECK').at(-1)?.text ?? 'NONE';
  expectThat(check !== 'NONE', 'HEALTHCHECK: there is none');
  return problems;
}
