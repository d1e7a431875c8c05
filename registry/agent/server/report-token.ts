import { createHmac, timingSafeEqual } from 'node:crypto';
import { Refused } from '../core/errors.ts';
import type { ToolContext } from '../core/tool.ts';

/** An attempt of a call, whose outcome the holder of a token may report. */
export type ReportClaim = { readonly call_id: string; readonly attempt: number };

/**
 * Returns the token with which another system reports the outcome of a tool. Give it to that
 * system, and to no one else. It is valid after a restart, and for this attempt only.
 * @throws Refused if REPORT_SECRET is not set
 */
export function reportToken({ idempotencyKey, attempt }: ToolContext): string {
  return signClaim({ call_id: idempotencyKey, attempt });
}

/** Signs a claim with REPORT_SECRET. @throws Refused if it is not set */
export function signClaim({ call_id, attempt }: ReportClaim): string {
  const claim = `${call_id}.${attempt}`;
  const signature = signatureOf(claim);
  if (!signature) {
    throw new Refused('Set REPORT_SECRET in .env: it signs the tokens for reports.');
  }
  return `${claim}.${signature.toString('hex')}`;
}

/** Returns the claim of a token that this agent signed. */
export function verifyClaim(token: string): ReportClaim | undefined {
  const parts = tokenPattern.exec(token);
  if (!parts) return undefined;
  const [, call_id = '', attempt = '', hex = ''] = parts;
  const signature = signatureOf(`${call_id}.${attempt}`);
  if (!signature) return undefined;
  const isValid = timingSafeEqual(signature, Buffer.from(hex, 'hex'));
  return isValid ? { call_id, attempt: Number(attempt) } : undefined;
}

/** Whether a text was meant as a token for a report. */
export const isReportToken = (text: string) => /^[\w-]+:\d+\.\d+\./.test(text);

const tokenPattern = /^([\w-]{1,64}:\d{1,9})\.(\d{1,9})\.([0-9a-f]{64})$/;

function signatureOf(claim: string): Buffer | undefined {
  const secret = process.env['REPORT_SECRET']?.trim();
  if (!secret) return undefined;
  return createHmac('sha256', secret).update(claim).digest();
}
