// A protoc that generates C++ only: the generators for the other languages
// would double what has to be compiled before the first build of ours.
#include "google/protobuf/compiler/command_line_interface.h"
#include "google/protobuf/compiler/cpp/generator.h"

int main(int argc, char* argv[]) {
  google::protobuf::compiler::cpp::CppGenerator cpp;
  google::protobuf::compiler::CommandLineInterface cli;
  cli.RegisterGenerator("--cpp_out", "--cpp_opt", &cpp, "Generate C++.");
  return cli.Run(argc, argv);
}
