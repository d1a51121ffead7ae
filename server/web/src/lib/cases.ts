// What each kind of exception means in plain words, what a person does about it, and whether a ruling ends it.
import type { Message } from "@shared/request";

export interface Case {
  title: Message;
  means: Message;
  todo: Message;
  // figures: it goes away when the figures are right; look: a person says it is settled; post: a person decides whether it counts.
  ends: "figures" | "look" | "post";
  grave: boolean;
}
const make = (ends: Case["ends"], grave: boolean, title: [string, string], means: [string, string], todo: [string, string]): Case => ({
  ends,
  grave,
  title: { vi: title[0], en: title[1] },
  means: { vi: means[0], en: means[1] },
  todo: { vi: todo[0], en: todo[1] },
});

const CASES: Record<string, Case> = {
  below_zero: make("figures", false, ["Bán nhiều hơn số hàng có", "Sold more than there was"],
    ["Sổ ghi hàng còn dưới 0: hàng nhập chưa được ghi, hoặc bán nhầm mặt hàng.", "The books show less than nothing left: goods that came were not recorded, or the wrong thing was rung up."],
    ["Ghi nhập hàng hoặc kiểm đếm tại máy của gian.", "Record the goods that came in, or count, at the booth's till."]),
  refund_above_sale: make("look", true, ["Trả lại nhiều hơn đã bán", "Refunded more than was sold"],
    ["Các lần trả hàng của một hóa đơn cộng lại vượt quá hóa đơn đó, thường vì trả ở hai máy cùng lúc.", "Refunds of one receipt add up to more than it, often because two tills refunded it at once."],
    ["Hỏi hai người bán, đối chiếu hóa đơn giấy.", "Ask both sellers and compare the paper receipts."]),
  refund_of_unknown: make("figures", false, ["Trả hàng của hóa đơn chưa thấy", "Refund of a receipt not seen"],
    ["Máy bán hóa đơn gốc có thể chưa báo về.", "The till that sold it may not have been heard of yet."],
    ["Chờ máy kia có mạng; nếu không, hỏi người bán.", "Wait until that till is in touch; otherwise ask the seller."]),
  void_of_unknown: make("figures", false, ["Hủy một mục chưa thấy", "Void of something not seen"],
    ["Mục bị hủy có thể còn ở máy chưa báo về.", "What was voided may be at a till not heard of yet."], ["Chờ máy kia có mạng.", "Wait until that till is in touch."]),
  void_twice: make("look", false, ["Hủy hai lần", "Voided twice"],
    ["Một mục bị hủy hai lần; sổ chỉ tính một.", "One thing was voided twice; the books count it once."], ["Xem có cần hủy mục khác không.", "See whether another one was meant."]),
  void_differs: make("look", true, ["Hủy không khớp với mục gốc", "A void unlike what it takes back"],
    ["Nội dung hủy khác với điều đã ghi.", "What was taken back is not what had been recorded."], ["Đối chiếu hóa đơn giấy với người bán.", "Compare the paper receipt with the seller."]),
  shift_closed_twice: make("look", false, ["Ca chốt hai lần", "A shift closed twice"],
    ["Cùng một ca được chốt hai lần với hai số đếm.", "One shift was closed twice, with two counts."], ["Hỏi người bán số nào đúng.", "Ask the cashier which count is right."]),
  shift_difference: make("look", true, ["Ngăn kéo lệch", "The drawer is off"],
    ["Tiền đếm được khác số tiền phải có khi chốt ca.", "The money counted at the end of a shift is not what should be there."], ["Đếm lại cùng người bán; xem có quên ghi thu chi không.", "Count again with the cashier; was money put in or taken out unrecorded?"]),
  unknown_product: make("figures", false, ["Hàng chưa có trong danh mục", "Goods not in the catalogue"],
    ["Máy đã bán mặt hàng mà danh mục chưa có.", "A till sold something the catalogue does not have."], ["Thêm mặt hàng vào danh mục.", "Add it to the catalogue."]),
  late_entry: make("look", false, ["Về sau khi chốt", "Arrived after closing"],
    ["Mục này có trước khi chốt nhưng về sau, nên vào bản chốt kế tiếp.", "It happened before closing and arrived after, so it goes into the next edition."], ["Chốt thêm một bản nếu báo cáo đã gửi.", "Close another edition if a report was sent."]),
  forked: make("look", true, ["Một máy thành hai", "One terminal became two"],
    ["Hai bản của cùng một máy cùng bán, thường do chép thẻ nhớ hay khôi phục bản cũ. Cả hai đều được tính đủ.", "Two copies of one terminal have both sold, often after a card was copied or an old image restored. Both are counted whole."],
    ["Tìm xem hai thiết bị nào, chỉ giữ một; thu hồi máy kia.", "Find the two devices, keep one and revoke the other."]),
  quarantined: make("look", true, ["Mục không đọc được", "An entry that cannot be read"],
    ["Máy gửi điều mà chương trình này không hiểu. Nó được giữ nguyên và không chặn gì.", "A terminal sent something this program does not understand. It is kept and blocks nothing."], ["Nâng cấp máy chủ nếu máy bán mới hơn.", "Upgrade the server if the terminal is newer."]),
  held: make("post", true, ["Ghi sau khi máy bị thu hồi", "Written after the terminal was revoked"],
    ["Máy đã thu hồi vẫn ghi thêm; những mục này chưa vào sổ.", "A revoked terminal went on writing; none of this is in the books yet."], ["Quyết định có tính vào sổ hay không.", "Decide whether it counts."]),
  missing_bytes: make("figures", true, ["Thiếu nội dung", "Bytes are missing"],
    ["Có dấu vết của mục nhưng mất nội dung.", "There is the trace of an entry whose content was lost."], ["Tìm bản sao lưu của máy đó.", "Look for a backup of that terminal."]),
  sums_differ: make("look", true, ["Tổng không khớp", "Sums differ"],
    ["Tổng ghi trên hóa đơn khác tổng các dòng.", "The total on a receipt is not the sum of its lines."], ["Đối chiếu hóa đơn giấy.", "Compare the paper receipt."]),
  receipt_twice: make("look", true, ["Trùng số hóa đơn", "A receipt number twice"],
    ["Hai hóa đơn khác nhau mang cùng số.", "Two different receipts bear one number."], ["Thường do một máy thành hai; xem mục đó.", "Often because a terminal became two; see there."]),
  transfer_differs: make("look", true, ["Chuyển khoản khác số tiền", "A transfer of another amount"],
    ["Tiền về tài khoản không bằng số trên hóa đơn.", "What came into the account is not what the receipt says."], ["Liên hệ người mua hoặc gian hàng.", "Ask the buyer or the booth."]),
  transfer_unmatched: make("figures", false, ["Tiền về chưa rõ của ai", "Money that matches nothing"],
    ["Có tiền vào với mã thanh toán mà chưa máy nào báo.", "Money came in with a reference no till has told of."], ["Chờ máy có mạng; nếu không, tìm người chuyển.", "Wait until the till is in touch; otherwise find the sender."]),
  count_undated: make("look", false, ["Kiểm đếm không rõ lúc nào", "A count at an unknown time"],
    ["Máy chưa biết giờ đúng khi kiểm đếm.", "The till did not know the time when it counted."], ["Đếm lại khi máy có mạng.", "Count again when it is in touch."]),
};
const ANY = make("look", false, ["Cần xem", "To look at"], ["", ""], ["", ""]);

export const caseOf = (code: string): Case => CASES[code] ?? { ...ANY, title: { vi: code, en: code } };
