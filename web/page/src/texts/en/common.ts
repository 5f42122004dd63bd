const common = {
  close: "Close",
  cancel: "Cancel",
  done: "Done",
  tryAgain: "Try again",
  loadMore: "Load more",
  loading: "Loading…",
  showPassword: "Show password",
  hidePassword: "Hide password",
};

export default common;
