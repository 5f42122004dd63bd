/** What went wrong, and what to do. */
const problems = {
  network: "The server cannot be reached. Check your connection and try again.",
  unavailable: "A part of the service is away for a moment. Try again soon.",
  tooMany: (seconds: number | null) =>
    seconds ? `Too many attempts. Try again in ${seconds} s.` : "Too many attempts. Wait a moment and try again.",
  wrongCredentials: "This e-mail, user name or password is wrong. Check them and try again.",
  signedOut: "You are not signed in any more. Sign in again.",
  forbidden: "You may not do this.",
  notFound: "This does not exist any more.",
  invalid: "Some of this cannot be accepted. Correct what is marked.",
  listFull: "There is no more room on this list. Take somebody off it in the settings first.",
  paymentsNotOffered: "This installation takes no payments. Ask its operator for credit.",
  relayNotOffered: "There is no relay server here, so this cannot be switched on. Ask the operator for one.",
  unexpected: "Something went wrong on our side. Try again; if it happens again, tell the operator.",
  fields: {
    required: "Fill this in.",
    email: "Enter an e-mail address, like ann@example.com.",
    emailTaken: "There is an account with this e-mail already. Sign in, or use another one.",
    userName:
      "Use 3 to 32 letters from a to z, digits, dots, hyphens or underscores, and begin with a letter or digit.",
    userNameTaken: "Somebody has this name already. Choose another one.",
    passwordShort: (least: number) => `Use at least ${least} characters.`,
    passwordEasy: "Too easy to guess. Take a few words that do not belong together.",
    passwordLong: "This is too long. Use a shorter one.",
    passwordWrong: "This is not your password now.",
    amount: (least: string, most: string) => `Enter an amount from ${least} to ${most}.`,
  },
};

export default problems;
