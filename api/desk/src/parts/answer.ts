// What the service answers to one question of a view, asked again when `version` changes.

import { useEffect, useState } from "preact/hooks";
import { ProblemError, ask } from "../service/ask";
import { noteLoggedOut } from "../service/session";

export interface Answered<Body> {
  body: Body | null;
  error: Error | null;
  // The route is not there: the part of the view that shows it is left out.
  isAbsent: boolean;
}

export function useAnswer<Body>(path: string | null, version: unknown = 0): Answered<Body> {
  return useAsked(path, version, (asked) => ask<Body>(asked, 15000));
}

export function useAsked<Body>(path: string | null, version: unknown, get: (path: string) => Promise<Body>): Answered<Body> {
  const [answered, setAnswered] = useState<Answered<Body>>({ body: null, error: null, isAbsent: false });
  useEffect(() => {
    if (path === null) return undefined;
    let isCurrent = true;
    const take = (next: Partial<Answered<Body>>): void => {
      if (isCurrent) setAnswered((old) => ({ ...old, error: null, ...next }));
    };
    get(path).then(
      (body) => take({ body, isAbsent: false }),
      (error: unknown) => {
        if (error instanceof ProblemError && error.isLoggedOut) noteLoggedOut();
        take({ error: error as Error, isAbsent: error instanceof ProblemError && error.isAbsent });
      },
    );
    return () => {
      isCurrent = false;
    };
  }, [path, version]);
  return answered;
}
