import type { ServerResponse } from 'node:http';
import type { Fault } from '../faults.js';

/** An answer before it is sent. */
export interface Reply {
  status: number;
  contentType: string;
  headers: Readonly<Record<string, string>>;
  body: string;
  /** The vendor's error code, for the call log. */
  vendorCode?: string;
}

export function sendReply(response: ServerResponse, reply: Reply): void {
  const body = Buffer.from(reply.body);
  response.writeHead(reply.status, {
    'content-type': reply.contentType,
    'content-length': body.length,
    ...reply.headers,
  });
  response.end(body);
}

/** Sends an answer that breaks on the way. Returns the status that the client sees, 0 for none. */
export function sendBroken(
  response: ServerResponse,
  kind: Extract<Fault['kind'], 'empty-body' | 'truncated-body' | 'hang' | 'reset'>,
  reply: Reply,
): number {
  switch (kind) {
    case 'empty-body':
      sendReply(response, { ...reply, body: '' });
      return reply.status;
    case 'truncated-body': {
      const body = Buffer.from(reply.body);
      response.writeHead(reply.status, {
        'content-type': reply.contentType,
        'content-length': body.length,
        ...reply.headers,
      });
      response.write(body.subarray(0, Math.floor(body.length / 2)), () => response.destroy());
      return reply.status;
    }
    case 'reset':
      response.socket?.resetAndDestroy();
      return 0;
    case 'hang':
      return 0;
  }
}
