/** A packet that breaks the protocol, or that costs more to read than any honest one. */
export class MalformedPacket extends Error {
  override readonly name = 'MalformedPacket';
}
