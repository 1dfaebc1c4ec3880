// One request to the service. What it refuses comes as a problem (RFC 9457); test its `type`, not its text.

export class ProblemError extends Error {
  constructor(
    readonly status: number,
    readonly type: string,
    detail: string,
  ) {
    super(detail);
  }

  get isUnavailable(): boolean {
    return this.type === "urn:fengsui:problem:unavailable";
  }

  get isCursorAhead(): boolean {
    return this.type === "urn:fengsui:problem:cursor-ahead";
  }

  get isLoggedOut(): boolean {
    return this.status === 401;
  }

  get isAbsent(): boolean {
    return this.status === 404 || this.status === 405;
  }
}

interface ProblemBody {
  type?: string;
  detail?: string;
}

export async function ask<Body>(path: string, timeout = 8000, options: RequestInit = {}): Promise<Body> {
  const answer = await fetch(path, { signal: AbortSignal.timeout(timeout), cache: "no-store", ...options });
  const body: unknown = answer.status === 204 ? null : await answer.json();
  if (answer.ok) return body as Body;
  const problem = body as ProblemBody | null;
  throw new ProblemError(answer.status, problem?.type ?? "", problem?.detail ?? answer.statusText);
}

export async function send<Body>(method: string, path: string, body: unknown, headers: Record<string, string> = {}): Promise<Body> {
  return ask<Body>(path, 8000, {
    method,
    headers: { "Content-Type": "application/json", ...headers },
    body: JSON.stringify(body),
  });
}

// Every page of a list, `most` pages at the most; `isWhole` says whether that was all.
export async function askAll<Page extends { next: string | null }>(
  path: string,
  most: number,
): Promise<{ pages: Page[]; isWhole: boolean }> {
  const pages: Page[] = [];
  let cursor: string | null = null;
  do {
    const more: string = cursor === null ? "" : `${path.includes("?") ? "&" : "?"}cursor=${encodeURIComponent(cursor)}`;
    const page: Page = await ask<Page>(path + more, 15000);
    pages.push(page);
    cursor = page.next;
  } while (cursor !== null && pages.length < most);
  return { pages, isWhole: cursor === null };
}
