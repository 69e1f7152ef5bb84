import { SpotkeeperError } from "../errors.ts";

/**
 * The words of a command, which is run without a shell: split at blanks, except in single or double quotes. Nothing is
 * expanded, so nothing that a notice says can become a command.
 */
export function wordsOf(command: string): readonly [file: string, ...args: string[]] {
  const words: string[] = [];
  let word: string | null = null;
  let quote: string | null = null;
  for (const letter of command) {
    if (quote !== null) {
      if (letter === quote) quote = null;
      else word = (word ?? "") + letter;
    } else if (letter === '"' || letter === "'") {
      quote = letter;
      word ??= "";
    } else if (/\s/.test(letter)) {
      if (word !== null) words.push(word);
      word = null;
    } else {
      word = (word ?? "") + letter;
    }
  }
  if (quote !== null) {
    const said = `--hook: a quote is not closed in the command that begins with ${words[0] ?? "it"}.`;
    throw new SpotkeeperError("SK-AGENT-CALL", said);
  }
  if (word !== null) words.push(word);
  const [file, ...args] = words;
  if (file === undefined) throw new SpotkeeperError("SK-AGENT-CALL", "--hook: got nothing, wants a URL or a command.");
  return [file, ...args];
}
