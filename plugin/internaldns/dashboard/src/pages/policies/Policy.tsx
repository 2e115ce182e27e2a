export default function Policy(_: { id: string }) { return <p>Policy</p>; }
