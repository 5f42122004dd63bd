const calling = {
  call: (name: string) => `Call ${name}`,
};

export default calling;
export type CallingTexts = typeof calling;
