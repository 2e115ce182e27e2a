export default function Tester(_: object) { return <p>Tester</p>; }
