/// The axes of a pointer that are recorded (linux/input-event-codes.h, `REL_*`). The wheels' axes
/// of high resolution tell the same turn a second time and are left out.
enum RelativeAxis: UInt16, Sendable {
    case x = 0x00
    case y = 0x01
    case horizontalWheel = 0x06
    case wheel = 0x08
}
