// print, printer, image.
#include <fstream>

#include "pos/commands/context.hpp"

namespace phien::commands {

namespace {

struct PrintAsked {
  std::string receipt, again, cancel, address, automatic, drawer, cut, file;
  int paper = 80;
};

// A path must not need escaping; what has other signs is no receipt's number.
std::string in_path(const std::string& receipt) {
  if (receipt.empty() ||
      receipt.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-") != std::string::npos)
    throw Failure{Exit::bad_input, {"bad_value", receipt, {"Không phải số phiếu.", "Not a receipt number."}}};
  return receipt;
}

Print queued(const Context& context) {
  return [&context](const json& answer) {
    const std::string id = answer.at("job").at("id");
    context.say({"Chờ in (" + id + "): `phien-pos run` sẽ in.", "Queued (" + id + "): `phien-pos run` prints it."});
  };
}

void print_state(const Context& context, const json& answer) {
  const std::string address = answer.at("address");
  std::printf("%s  %d mm  %s  %lld\n", address.empty() ? "-" : address.c_str(), answer.at("paper").get<int>(),
              answer.at("state").get<std::string>().c_str(), static_cast<long long>(answer.at("waiting").get<std::int64_t>()));
  for (const auto& job : answer.at("jobs")) {
    std::printf("%s  %-8s %-9s %s\n", job.at("id").get<std::string>().c_str(), job.at("kind").get<std::string>().c_str(),
                job.at("state").get<std::string>().c_str(), job.value("number", "").c_str());
    if (job.contains("problem"))
      context.say({"  " + job.at("problem").at("message").at("vi").get<std::string>(),
                   "  " + job.at("problem").at("message").at("en").get<std::string>()});
  }
}

void add_print(CLI::App& app, Context& context) {
  auto asked = std::make_shared<PrintAsked>();
  auto* command = app.add_subcommand("print", "In phiếu ra giấy / print a receipt");
  command->add_option("receipt", asked->receipt, "Số hoặc mã in trên phiếu / number or code on the receipt");
  command->add_option("--again", asked->again, "In lại lệnh chưa in được / print a job again");
  command->add_option("--cancel", asked->cancel, "Thôi không in / take a job back");
  command->callback([&context, asked] {
    context.run = [&context, asked] {
      if (!asked->again.empty()) return post(context, "prints/again", {{"job", asked->again}}, queued(context));
      if (!asked->cancel.empty())
        return post(context, "prints/cancel", {{"job", asked->cancel}}, [&context](const json&) {
          context.say({"Đã rút lệnh in.", "Taken back."});
        });
      return post(context, "prints", {{"receipt", in_path(asked->receipt)}}, queued(context));
    };
  });
}

void add_printer(CLI::App& app, Context& context) {
  auto asked = std::make_shared<PrintAsked>();
  auto* command = app.add_subcommand("printer", "Máy in / the printer");
  command->callback([&context] {
    if (!context.run)
      context.run = [&context] {
        return get(context, "printer", [&context](const json& answer) { print_state(context, answer); });
      };
  });
  auto* set = command->add_subcommand("set", "tcp://MÁY:9100 | usb:/dev/usb/lp0 | cups:TÊN | none");
  set->add_option("address", asked->address)->required();
  set->add_option("--width", asked->paper, "Khổ giấy (mm) / paper")->check(CLI::IsMember({58, 80}))->capture_default_str();
  const auto switched = CLI::IsMember({"on", "off"});
  set->add_option("--auto", asked->automatic, "In mọi phiếu / print every receipt: on|off")->check(switched);
  set->add_option("--drawer", asked->drawer, "Bật két khi thu tiền mặt / open the drawer for cash: on|off")->check(switched);
  set->add_option("--cut", asked->cut, "Cắt giấy / cut the paper: on|off")->check(switched);
  set->callback([&context, asked] {
    context.run = [&context, asked] {
      json request{{"address", asked->address}, {"paper", asked->paper}};
      if (!asked->automatic.empty()) request["automatic"] = asked->automatic == "on";
      if (!asked->drawer.empty()) request["drawer"] = asked->drawer == "on";
      if (!asked->cut.empty()) request["cut"] = asked->cut == "on";
      return post(context, "printer", request, [&context](const json&) { context.say({"Đã ghi.", "Noted."}); });
    };
  });
  command->add_subcommand("test", "In thử / print a test page")->callback([&context] {
    context.run = [&context] { return post(context, "printer/test", json::object(), queued(context)); };
  });
}

void add_image(CLI::App& app, Context& context) {
  auto asked = std::make_shared<PrintAsked>();
  auto* command = app.add_subcommand("image", "Ảnh của phiếu để gửi / a receipt as an image to share");
  command->add_option("receipt", asked->receipt)->required();
  command->add_option("file", asked->file, "Tệp PNG / PNG file")->required();
  command->add_option("--width", asked->paper, "Khổ giấy (mm) / paper")->check(CLI::IsMember({58, 80}))->capture_default_str();
  command->callback([&context, asked] {
    context.run = [&context, asked] {
      const std::string path = "/api/v1/sales/" + in_path(asked->receipt) + "/image?width=" + std::to_string(asked->paper);
      const auto response = Caller(context).call("GET", path);
      std::ofstream out(asked->file, std::ios::binary);
      if (!(out << response.body << std::flush))
        throw Failure{Exit::bad_input,
                      {"cannot_write", asked->file, {"Không ghi được tệp này.", "That file cannot be written."}}};
      context.say({"Đã ghi " + asked->file, "Written: " + asked->file});
      return 0;
    };
  });
}

}  // namespace

void add_printing_commands(CLI::App& app, Context& context) {
  add_print(app, context);
  add_printer(app, context);
  add_image(app, context);
}

}  // namespace phien::commands
