// Writes behaviour.h and default_spec.h: run when specgen is built.
//
//   write_headers DESCRIPTORS DEFAULT_SPEC_H BEHAVIOUR_H
//
// DESCRIPTORS is what protoc --include_source_info makes of
// engine_table.proto.
#include <fstream>
#include <iostream>
#include <string>

#include "google/protobuf/descriptor.h"
#include "google/protobuf/descriptor.pb.h"
#include "specgen/engine/header_writer.h"

namespace specgen::engine {
namespace {

int Run(const char* descriptors, const char* default_spec_h,
        const char* behaviour_h) {
  std::ifstream in(descriptors, std::ios::binary);
  google::protobuf::FileDescriptorSet files;
  if (!files.ParseFromIstream(&in) || files.file_size() != 1) {
    std::cerr << descriptors << ": not the descriptors of one file\n";
    return 1;
  }
  google::protobuf::DescriptorPool pool;
  const google::protobuf::FileDescriptor* const file =
      pool.BuildFile(files.file(0));
  if (file == nullptr) return 1;  // it says why
  std::ofstream default_spec(default_spec_h);
  default_spec << DefaultSpecHeader(*file) << std::flush;
  std::ofstream behaviour(behaviour_h);
  behaviour << BehaviourHeader(*file) << std::flush;
  return default_spec.good() && behaviour.good() ? 0 : 1;
}

}  // namespace
}  // namespace specgen::engine

int main(int argc, char** argv) {
  if (argc != 4) {
    std::cerr
        << "usage: write_headers DESCRIPTORS DEFAULT_SPEC_H BEHAVIOUR_H\n";
    return 2;
  }
  return specgen::engine::Run(argv[1], argv[2], argv[3]);
}
