// One way to ask a program of ours: JSON in, JSON out, and refusals that a person can read in either language.

export interface Message {
  vi: string;
  en: string;
}

/** The program said no. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly said: Message,
  ) {
    super(said.en);
  }
}
/** The program did not answer: whether it did anything is not known. */
export class NoAnswer extends Error {}

const ANSWER_WITHIN_MS = 20_000;

async function asked(target: string, options: RequestInit, file = false): Promise<unknown> {
  // AbortSignal.timeout is younger than phones that sellers still have (Safari 15).
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), ANSWER_WITHIN_MS);
  options.signal?.addEventListener("abort", () => late.abort());
  let response: Response;
  let body: unknown;
  try {
    response = await fetch(target, { ...options, signal: late.signal, credentials: "same-origin" });
    body = await (file && response.ok ? response.blob() : response.json());
  } catch (error) {
    throw new NoAnswer(String(error));
  } finally {
    clearTimeout(timer);
  }
  if (response.ok) return body;
  const error = (body as { error?: { code: string; message: Message } }).error;
  throw new Refused(response.status, error?.code ?? "", error?.message ?? { vi: "Không rõ vì sao.", en: "No reason was given." });
}

export const get = async <T>(path: string): Promise<T> => (await asked(`/api/v1/${path}`, {})) as T;

// A header that no form of another page can send along with our cookie.
const OURS = { "X-Phien": "page" };
const sent = (method: string, body: unknown, more: Record<string, string> = {}): RequestInit => ({
  method,
  body: JSON.stringify(body),
  headers: { "Content-Type": "application/json", ...OURS, ...more },
});

/** `key` names the attempt of what may be done once only; the same key again has no second effect. */
export const post = async <T>(path: string, body: unknown, key?: string, more: Pick<RequestInit, "keepalive" | "signal"> = {}): Promise<T> =>
  (await asked(`/api/v1/${path}`, { ...sent("POST", body, key ? { "Idempotency-Key": key } : {}), ...more })) as T;
/** The same where the answer is a file. */
export const postForFile = async (path: string, body: unknown): Promise<Blob> => (await asked(`/api/v1/${path}`, sent("POST", body), true)) as Blob;
export const put = async <T>(path: string, body: unknown): Promise<T> => (await asked(`/api/v1/${path}`, sent("PUT", body))) as T;
/** A file as it is. */
export const putFile = async <T>(path: string, file: Blob): Promise<T> => (await asked(`/api/v1/${path}`, { method: "PUT", body: file, headers: OURS })) as T;
export const remove = async <T>(path: string): Promise<T> => (await asked(`/api/v1/${path}`, { method: "DELETE", headers: OURS })) as T;

export const newKey = (): string => crypto.randomUUID().replaceAll("-", "");
