export default function Start(_: object) { return <p>Start</p>; }
