// SPDX-License-Identifier: Apache-2.0
// Bugs in C++ for the labelled corpus: uncaught exceptions, a pure virtual call, templates, lambdas.
#include <functional>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#define NOINLINE __attribute__((noinline))
#define KEEP(x) __asm__ volatile("" : : "r"(x) : "memory")

namespace geometry {

struct Mesh {
  NOINLINE void refine(int levels) {
    KEEP(this);
    if (levels > 3) throw std::runtime_error("mesh has " + std::to_string(levels) + " levels");
  }
  NOINLINE int vertex(std::size_t index) const {
    const int value = vertices.at(index);
    KEEP(value);
    return value;
  }
  std::vector<int> vertices;
};

template <typename T>
struct Grid {
  T *cells = nullptr;
  NOINLINE T &cell(int x, int y) {
    KEEP(this);
    return cells[x + 8 * y];
  }
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

}  // namespace geometry

namespace {

NOINLINE int total(const std::function<int(int)> &each) {
  int sum = 0;
  for (int i = 0; i < 3; ++i) sum += each(i);
  KEEP(sum);
  return sum;
}

NOINLINE int find_limit(const std::map<std::string, int> &limits) noexcept {
  const int value = limits.at("missing");
  KEEP(value);
  return value;
}

}  // namespace

extern "C" int mesh_refine(int levels) {
  geometry::Mesh mesh;
  mesh.refine(levels);
  return 1;
}

extern "C" int mesh_vertex(int index) {
  geometry::Mesh mesh;
  mesh.vertices = {1, 2, 3};
  return mesh.vertex(static_cast<std::size_t>(index)) + 1;
}

extern "C" int grid_set(int x) {
  geometry::Grid<double> grid;
  grid.cell(x, 2) = 1.0;
  KEEP(&grid);
  return 1;
}

extern "C" int grid_count(int x) {
  geometry::Grid<int> grid;
  KEEP(&grid);
  return grid.cell(x, 1) + 1;
}

extern "C" int shape_area() {
  const geometry::Circle circle;
  return static_cast<int>(circle.area());
}

extern "C" int sum_weights(const int *weights) {
  return total([weights](int i) {
    const int weight = weights[i];
    KEEP(weight);
    return weight;
  });
}

extern "C" int check_limits() {
  const std::map<std::string, int> limits{{"low", 1}};
  return find_limit(limits) + 1;
}
