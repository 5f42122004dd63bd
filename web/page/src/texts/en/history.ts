const history = {};

export default history;
