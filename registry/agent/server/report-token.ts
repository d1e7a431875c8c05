import { Refused } from '../core/errors.ts';
import type { ToolContext } from '../core/tool.ts';

/** An attempt of a call, whose outcome the holder of a token may report. */
export type ReportClaim = { readonly call_id: string; readonly attempt: number };

const hmac = { name: 'HMAC', hash: 'SHA-256' };
const encode = (text: string) => new TextEncoder().encode(text);

/**
 * Returns the token with which another system reports the outcome of a tool. Give it to that
 * system, and to no one else. It is valid after a restart, and for this attempt only.
 * @throws Refused if REPORT_SECRET is not set
 */
export async function reportToken(context: ToolContext): Promise<string> {
  const { idempotencyKey, attempt } = context;
  return signClaim({ call_id: idempotencyKey, attempt });
}

/** Signs a claim with REPORT_SECRET. @throws Refused if it is not set */
export async function signClaim({ call_id, attempt }: ReportClaim): Promise<string> {
  const key = await signingKey();
  if (!key) throw new Refused('Set REPORT_SECRET in .env: it signs the tokens for reports.');
  const claim = `${call_id}.${attempt}`;
  const signature = await crypto.subtle.sign(hmac, key, encode(claim));
  const bytes = Array.from(new Uint8Array(signature));
  return `${claim}.${bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}

/** Returns the claim of a token that this agent signed. */
export async function verifyClaim(token: string): Promise<ReportClaim | undefined> {
  const [, call_id = '', attempt = '', hex = ''] = tokenPattern.exec(token) ?? [];
  const key = hex === '' ? undefined : await signingKey();
  if (!key) return undefined;
  const bytes = (hex.match(/../g) ?? []).map((byte) => parseInt(byte, 16));
  const signature = new Uint8Array(bytes);
  const isValid = await crypto.subtle.verify(hmac, key, signature, encode(`${call_id}.${attempt}`));
  return isValid ? { call_id, attempt: Number(attempt) } : undefined;
}

const tokenPattern = /^([\w-]{1,64}:\d{1,9})\.(\d{1,9})\.([0-9a-f]{64})$/;

async function signingKey() {
  const secret = process.env['REPORT_SECRET']?.trim();
  if (!secret) return undefined;
  return crypto.subtle.importKey('raw', encode(secret), hmac, false, ['sign', 'verify']);
}
