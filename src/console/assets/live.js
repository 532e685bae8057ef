/*
 * Live updates. The server says over an event stream that something changed; this script then fetches the page
 * it is on and morphs the parts marked data-live into it. Nothing here is needed to read or to act: without
 * script the same pages work by reloading. Forms that hold typed text are never touched.
 */
(() => {
  'use strict';

  const { liveUrl, liveMode } = document.body.dataset;
  if (liveUrl === undefined) return;

  const REFRESH_DELAY_MS = 250;
  const SILENCE_LIMIT_MS = 45_000;
  const AGE_STEP_MS = 10_000;

  const state = document.getElementById('live-state');
  /** How far the server's clock is ahead of this machine's, so that ages are right on a wrong clock. */
  let clockOffsetMs = 0;
  let lastSignalMs = performance.now();
  let refreshTimer = 0;
  let refreshing = false;
  let refreshAgain = false;

  function say(text, isGood) {
    if (state.dataset.text === text) return;
    state.dataset.text = text;
    state.textContent = text;
    state.hidden = false;
    state.classList.toggle('good', isGood);
    state.classList.toggle('bad', !isGood);
  }

  /** Whether somebody typed or chose something in this form, or is in it right now. */
  function isInUse(form) {
    if (form.contains(document.activeElement)) return true;
    return [...form.elements].some((field) => {
      if (field.type === 'hidden') return false;
      if (field instanceof HTMLSelectElement) {
        const standard = [...field.options].findIndex((option) => option.defaultSelected);
        return field.selectedIndex !== Math.max(standard, 0);
      }
      if (field.type === 'checkbox') return field.checked !== field.defaultChecked;
      return 'defaultValue' in field && field.value !== field.defaultValue;
    });
  }

  function isUsedForm(node) {
    return node instanceof HTMLFormElement && isInUse(node);
  }

  function holdsUsedForm(node) {
    return node instanceof Element && [...node.querySelectorAll('form')].some(isInUse);
  }

  const morphOptions = {
    morphStyle: 'outerHTML',
    callbacks: {
      beforeNodeMorphed: (oldNode) => !isUsedForm(oldNode),
      beforeNodeRemoved: (node) => !isUsedForm(node) && !holdsUsedForm(node),
      beforeAttributeUpdated: (name, element) =>
        !(name === 'open' && element instanceof HTMLDetailsElement),
    },
  };

  /** Secrets in forms go stale when the server restarts, so they are renewed even in forms in use. */
  function renewFormTokens(fresh) {
    const token = fresh.querySelector('input[name=form_token]')?.value;
    if (token === undefined) return;
    for (const field of document.querySelectorAll('input[name=form_token]')) field.value = token;
  }

  function morph(current, next) {
    window.Idiomorph.morph(current, next, morphOptions);
  }

  function morphRegions(fresh) {
    for (const region of document.querySelectorAll('[data-live]')) {
      const next = fresh.getElementById(region.id);
      if (next !== null) morph(region, next);
    }
  }

  /** Rows change in place; new ones are only announced, so that nothing moves under the pointer. */
  function updateList(fresh) {
    const freshRows = [...fresh.querySelectorAll('[data-incident]')];
    const known = new Set();
    for (const row of document.querySelectorAll('[data-incident]')) {
      known.add(row.dataset.incident);
      const next = fresh.getElementById(row.id);
      row.classList.toggle('gone', next === null);
      if (next !== null) morph(row, next);
    }
    const added = freshRows.filter((row) => !known.has(row.dataset.incident)).length;
    const gone = document.querySelectorAll('[data-incident].gone').length;
    announce(added, gone);
  }

  function announce(added, gone) {
    const news = document.getElementById('news');
    if (added === 0 && gone === 0) {
      news.hidden = true;
      return;
    }
    const parts = [];
    if (added > 0) parts.push(`${added} new ${added === 1 ? 'incident' : 'incidents'}`);
    if (gone > 0) parts.push(`${gone} no longer in this list`);
    const text = `${parts.join(', ')}. `;
    if (news.dataset.text === text && !news.hidden) return;
    news.dataset.text = text;
    const link = document.createElement('a');
    link.href = location.href;
    link.textContent = 'Show the list as it is now';
    news.replaceChildren(text, link);
    news.hidden = false;
  }

  function setClock(response) {
    const serverMs = Date.parse(response.headers.get('date') ?? '');
    if (!Number.isNaN(serverMs)) clockOffsetMs = serverMs - Date.now();
  }

  async function refresh() {
    if (refreshing) {
      refreshAgain = true;
      return;
    }
    refreshing = true;
    try {
      const response = await fetch(location.href, { headers: { accept: 'text/html' } });
      if (response.redirected && new URL(response.url).pathname === '/login') {
        say('Signed out: reload to sign in', false);
        return;
      }
      if (!response.ok) throw new Error(`status ${response.status}`);
      setClock(response);
      const fresh = new DOMParser().parseFromString(await response.text(), 'text/html');
      morphRegions(fresh);
      if (liveMode === 'list') updateList(fresh);
      renewFormTokens(fresh);
      say('Live', true);
    } catch {
      say('Update failed: retrying', false);
      schedule(5000);
    } finally {
      refreshing = false;
      if (refreshAgain) {
        refreshAgain = false;
        schedule(REFRESH_DELAY_MS);
      }
    }
  }

  /** A burst of events makes one refresh. */
  function schedule(delayMs) {
    if (refreshTimer !== 0) return;
    refreshTimer = setTimeout(() => {
      refreshTimer = 0;
      void refresh();
    }, delayMs);
  }

  function durationText(durationMs) {
    const seconds = Math.max(0, Math.floor(durationMs / 1000));
    if (seconds < 60) return `${seconds} s`;
    const minutes = Math.floor(seconds / 60);
    if (seconds < 3600) return `${minutes} min`;
    const hours = Math.floor(minutes / 60);
    if (hours < 24) return `${hours} h ${String(minutes % 60).padStart(2, '0')} min`;
    return `${Math.floor(hours / 24)} d ${hours % 24} h`;
  }

  function keepAgesCurrent() {
    const nowMs = Date.now() + clockOffsetMs;
    for (const element of document.querySelectorAll('time[data-relative], time[data-age]')) {
      const length = durationText(nowMs - Date.parse(element.dateTime));
      const text = 'relative' in element.dataset ? `${length} ago` : length;
      if (element.textContent !== text) element.textContent = text;
    }
  }

  function watchSilence() {
    keepAgesCurrent();
    if (source !== null && performance.now() - lastSignalMs > SILENCE_LIMIT_MS) {
      say('No live updates: reload to be sure', false);
    }
  }

  function signal() {
    lastSignalMs = performance.now();
  }

  let source = null;

  function connect() {
    source = new EventSource(liveUrl);
    source.addEventListener('open', () => {
      signal();
      say('Live', true);
    });
    source.addEventListener('heartbeat', () => {
      signal();
      say('Live', true);
    });
    source.addEventListener('incident', () => {
      signal();
      schedule(REFRESH_DELAY_MS);
    });
    source.addEventListener('snapshot', () => {
      signal();
      schedule(0);
    });
    source.addEventListener('error', () => say('Connection lost: reconnecting', false));
  }

  /**
   * Browsers allow six connections to one host over HTTP/1.1, so tabs that nobody looks at give theirs back. A new
   * connection begins with a snapshot: the page is current a moment after it is looked at again.
   */
  function followVisibility() {
    if (document.hidden) {
      source?.close();
      source = null;
    } else if (source === null) {
      signal();
      connect();
    }
  }

  followVisibility();
  document.addEventListener('visibilitychange', followVisibility);
  setInterval(watchSilence, AGE_STEP_MS);
  addEventListener('pagehide', () => source?.close());
})();
