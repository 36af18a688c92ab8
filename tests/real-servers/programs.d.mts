/** Programs that run until `close`. Each has a folder of its own below `directory`. */
export class Programs {
  constructor(directory: string);
  folder(name: string): string;
  /** @returns the path of the file */
  write(name: string, file: string, text: string): string;
  /** @param isReady asked until it is true */
  start(
    name: string,
    command: string,
    args: readonly string[],
    isReady: () => boolean | Promise<boolean>,
  ): Promise<void>;
  /** The output of a program that ends by itself. */
  run(command: string, args: readonly string[], input?: string): string;
  /** What a program that runs has printed so far. */
  output(name: string): string;
  close(): Promise<void>;
}
