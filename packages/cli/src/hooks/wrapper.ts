/**
 * Shell lines that put a program of its own in place of a hook's command line, for clients that take a file without arguments.
 *
 * @param call the command line, as in `HookClient.config`
 */
export function wrapper(client: string, call: string): { file: string; lines: string } {
  const file = `/usr/local/bin/domainproof-${client}`;
  const lines = `# 1. ${client} takes a program without arguments, so this one stands between:
cat > ${file} <<'END'
#!/bin/sh
exec ${call} "$@"
END
chmod 755 ${file}
`;
  return { file, lines };
}
