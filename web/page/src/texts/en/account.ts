const account = {
  signIn: "Sign in",
  signUp: "Create account",
  signUpTitle: "Create your account",
  login: "E-mail or user name",
  email: "E-mail",
  userName: "User name",
  userNameHint: "So others find and call you.",
  password: "Password",
  passwordHint: (least: number) => `At least ${least} characters. A short sentence is easy to remember.`,
  noAccount: "New here?",
  haveAccount: "Do you have an account?",
  goOnAs: (name: string) => `Continue as ${name}`,
  tagline: "Video calls by the minute",
  promises: {
    pay: { title: "Pay for the minutes you talk", text: "Ringing and connecting cost nothing." },
    know: { title: "Always see what it costs", text: "Price and cost so far are there before and while you talk." },
    stop: { title: "Never below zero", text: "A call ends when your credit is used up. No debts, no surprises." },
  },
};

export default account;
