export default function View(_: { id: string }) { return <p>View</p>; }
