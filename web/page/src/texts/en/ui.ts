const ui = {
  close: "Close",
  cancel: "Cancel",
  remove: "Remove",
  done: "Done",
  tryAgain: "Try again",
  loadMore: "Load more",
  loading: "Loading…",
  messages: "Messages",
  showPassword: "Show password",
  hidePassword: "Hide password",
};

export default ui;
