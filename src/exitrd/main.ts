export async function runExitrd(words: readonly string[]): Promise<void> {
  console.log('exitrd', words);
}
