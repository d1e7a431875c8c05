import type { LLMock } from '@copilotkit/aimock';

/** The provider says these things in order, at 20 tokens in and 5 out each. */
export function say(provider: LLMock, ...answers: readonly unknown[]): void {
  let said = 0;
  provider.on({}, () => {
    const answer = answers[said++];
    const content = typeof answer === 'string' ? answer : JSON.stringify({ next_step: answer });
    return {
      content,
      usage: { input_tokens: 20, output_tokens: 5, prompt_tokens: 20, completion_tokens: 5 },
    };
  });
}
