const money = {
  topUp: "Top up",
};

export default money;
