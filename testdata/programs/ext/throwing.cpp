// SPDX-License-Identifier: Apache-2.0
// Ways to die of a C++ exception, one function each: die_KIND(). What libstdc++ says of it on stderr is the truth.
#include <cstdlib>
#include <cstring>
#include <exception>
#include <filesystem>
#include <fstream>
#include <functional>
#include <future>
#include <new>
#include <optional>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>
#include <typeinfo>
#include <variant>
#include <vector>

#define NOINLINE __attribute__((noinline))
#define KEEP(x) __asm__ volatile("" : : "r"(x) : "memory")
#define DEATH(kind) extern "C" NOINLINE void die_##kind()

namespace shop {

struct Broken : std::runtime_error {
  explicit Broken(int code) : std::runtime_error("shop " + std::to_string(code) + " is broken"), code(code) {}
  int code;
};
struct Literal : std::exception {
  const char *what() const noexcept override { return "a text that is part of the program"; }
};
struct Member : std::exception {
  explicit Member(std::string text) : number(5), text(std::move(text)) {}
  const char *what() const noexcept override { return text.c_str(); }
  int number;
  std::string text;
};
struct Computed : std::exception {
  const char *what() const noexcept override {
    buffer = "computed " + std::to_string(std::rand() % 1 + 7);
    return buffer.c_str();
  }
  mutable std::string buffer;
};
struct Silent : std::exception {};
struct Label {
  virtual ~Label() = default;
  long label = 1;
};
struct Second : Label, std::runtime_error {
  Second() : std::runtime_error("the second base says so") {}
};
struct VirtualBase : virtual std::runtime_error {
  VirtualBase() : std::runtime_error("the virtual base says so") {}
  long more = 3;
};
struct NoException {
  int value = 4;
};
template <typename T>
struct Templated : std::logic_error {
  Templated() : std::logic_error("of a template") {}
};
struct OnExit {
  ~OnExit() noexcept(false) { throw std::runtime_error("out of a destructor"); }
};
struct Shape {
  Shape() { describe(); }
  virtual ~Shape() = default;
  NOINLINE void describe() { area(); }
  virtual double area() const = 0;
};
struct Circle : Shape {
  double area() const override { return 3; }
};

}  // namespace shop

DEATH(runtime_error) { throw std::runtime_error("bad shape " + std::to_string(17)); }
DEATH(out_of_range) {
  std::vector<int> values(3);
  KEEP(&values);
  KEEP(values.at(7));
}
DEATH(invalid_argument) { KEEP(std::stoi("seven")); }
DEATH(bad_alloc) {
  volatile std::size_t size = std::size_t{1} << 60;
  KEEP(::operator new(size));
}
DEATH(bad_cast) {
  std::string text("x");
  shop::Label label;
  KEEP(&label);
  KEEP(&dynamic_cast<shop::Second &>(label));
}
DEATH(system_error) { throw std::system_error(ENOSPC, std::generic_category(), "writing a file"); }
DEATH(filesystem_error) { KEEP(std::filesystem::file_size("/no/such/file")); }
DEATH(ios_failure) {
  std::ifstream file;
  file.exceptions(std::ios::failbit);
  file.open("/no/such/file");
}
DEATH(bad_function_call) { std::function<void()>()(); }
DEATH(future_error) {
  std::promise<int> promise;
  auto first = promise.get_future();
  auto second = promise.get_future();
}
DEATH(bad_optional) {
  std::optional<int> none;
  KEEP(&none);
  KEEP(none.value());
}
DEATH(bad_variant) {
  std::variant<int, double> value = 1;
  KEEP(&value);
  KEEP(&std::get<double>(value));
}
DEATH(integer) { throw 42; }
DEATH(text) { throw "a text that was thrown"; }
DEATH(string) { throw std::string("a string that was thrown and is not a short one"); }
DEATH(short_string) { throw std::string("short"); }
DEATH(derived) { throw shop::Broken(3); }
DEATH(literal) { throw shop::Literal(); }
DEATH(member) { throw shop::Member("the member says so, at some length"); }
DEATH(computed) { throw shop::Computed(); }
DEATH(silent) { throw shop::Silent(); }
DEATH(second_base) { throw shop::Second(); }
DEATH(virtual_base) { throw shop::VirtualBase(); }
DEATH(no_exception_class) { throw shop::NoException(); }
DEATH(templated) { throw shop::Templated<std::vector<int>>(); }
DEATH(empty_text) { throw std::runtime_error(""); }
DEATH(two_lines) { throw std::runtime_error("the first line\nthe second line"); }
DEATH(long_text) { throw std::runtime_error(std::string(5000, 'y')); }
DEATH(nested) {
  try {
    throw std::runtime_error("inside");
  } catch (...) {
    std::throw_with_nested(std::logic_error("outside"));
  }
}
DEATH(thrown_on) {
  std::exception_ptr kept;
  try {
    throw shop::Broken(8);
  } catch (...) {
    kept = std::current_exception();
  }
  std::rethrow_exception(kept);
}
DEATH(thrown_again) {
  try {
    throw shop::Broken(9);
  } catch (const std::logic_error &) {
  } catch (...) {
    throw;
  }
}
DEATH(after_others) {
  for (int i = 0; i < 5; ++i) {
    try {
      throw std::runtime_error("caught " + std::to_string(i));
    } catch (const std::exception &) {
    }
  }
  throw std::runtime_error("the last one");
}
DEATH(in_handler) {
  try {
    throw std::runtime_error("the first one");
  } catch (const std::exception &) {
    throw std::logic_error("the one out of the handler");
  }
}
static NOINLINE void promises() noexcept {
  std::vector<int> values(2);
  KEEP(&values);
  KEEP(values.at(9));
}
DEATH(in_noexcept) { promises(); }
DEATH(in_destructor) {
  shop::OnExit first;
  throw std::runtime_error("the first one");
}
DEATH(in_thread) {
  std::thread([] { throw std::runtime_error("out of a thread"); }).join();
}
DEATH(joinable_thread) {
  std::thread thread([] { std::this_thread::sleep_for(std::chrono::hours(1)); });
}
DEATH(terminate) { std::terminate(); }
DEATH(terminate_after_others) {
  try {
    throw std::runtime_error("caught and over");
  } catch (const std::exception &) {
  }
  std::terminate();
}
DEATH(terminate_in_handler) {
  try {
    throw std::runtime_error("in hand");
  } catch (const std::exception &) {
    std::terminate();
  }
}
DEATH(abort_in_handler) {
  try {
    throw std::runtime_error("in hand");
  } catch (const std::exception &) {
    std::abort();
  }
}
DEATH(abort_after_others) {
  try {
    throw std::runtime_error("caught and over");
  } catch (const std::exception &) {
  }
  std::abort();
}
DEATH(pure_virtual) { shop::Circle circle; }
