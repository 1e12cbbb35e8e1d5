// RunStream. Three kinds of threads pass pieces of the stream on:
//
//   reader ──► workers ──► writer (the caller's thread)
//
// Where the system gives no threads for that, the caller's thread does all
// three in turn, piece by piece.
//
// A piece is a run of whole records, some 256 KiB or some hundred records.
// Pieces stand in a ring: the reader fills the next free one, a worker takes
// the oldest that waits, the writer takes them in order. All that the threads
// share are the states of the pieces, looked at a few times in a piece, so that
// no lock is ever contended for long; the records themselves are answered
// without any.
#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "specgen/base/buffer.h"
#include "specgen/base/cause.h"
#include "specgen/base/errno_text.h"
#include "specgen/batch/batch.h"
#include "specgen/batch/cpu_count.h"
#include "specgen/batch/start_threads.h"

namespace specgen {
namespace {

constexpr size_t kPieceBytes = size_t{256} << 10;
// An answer is often much larger than its request.
constexpr size_t kPieceRecords = 256;
// Records from this size on are answered one at a time, and what they needed is
// given back: each takes memory of several times its size.
constexpr size_t kLargeRecord = size_t{1} << 20;
// Buffers of this size may be kept for the next piece.
constexpr size_t kKeptBytes = size_t{4} << 20;

constexpr std::string_view kTooLongMessage = "this request is over 64 MiB long";

struct Piece {
  enum class State : uint8_t { kFree, kWaiting, kTaken, kDone };
  State state = State::kFree;

  // Filled by the reader.
  Buffer text;
  std::vector<std::pair<size_t, size_t>> records;  // offset and size in text
  uint64_t first_number = 0;
  uint64_t input_bytes = 0;    // with what was passed over
  bool last_too_long = false;  // a record more, which was not read

  // Filled by a worker, who may have written a part of it already.
  Buffer out;
  BatchCounts counts;
  bool unwritten = false;  // that part could not be written
};

void Add(const AnswerCounts& counts, Piece* piece) {
  piece->counts.Add(counts);
  if (counts.answers() > 0) ++piece->counts.requests;
}

class Stream {
 public:
  Stream(const RecordFormat& format, const EngineSet& engines, int in_fd,
         int out_fd, const BatchOptions& options)
      : format_(format),
        engines_(engines),
        in_fd_(in_fd),
        out_fd_(out_fd),
        options_(options),
        threads_(options.threads > 0 ? options.threads : CpuCount()),
        pieces_(2 * threads_ + 2) {}

  BatchResult Run();

 private:
  // The reader.
  void Read();
  // Adds to `text` by one read; false at the end, after an error or when the
  // batch is to stop.
  bool ReadSome(Buffer* text);
  // Waits for a free piece; null if the writer has given up.
  Piece* NextFree();
  void Publish(Piece* piece);
  void ReadNoMore();
  bool WorkersWait();

  // A worker.
  void Work();
  void AnswerPiece(Piece* piece, uint64_t place, RecordAnswerer* answerer);
  // Writes what the piece at that place has so far, once all before it is
  // written; false: nothing can be written any more.
  bool WriteAhead(Piece* piece, uint64_t place);

  // The writer.
  void Write();
  // False: it has given up.
  bool WritePiece(Piece* piece);
  // By one thread at a time, like WritePiece.
  bool WriteOut(Piece* piece);
  bool WriteAll(std::string_view bytes);
  void CutToWholeRecord(std::string_view bytes, size_t written);

  const RecordFormat& format_;
  const EngineSet& engines_;
  const int in_fd_;
  const int out_fd_;
  const BatchOptions& options_;
  const unsigned threads_;

  std::mutex mutex_;                 // guards all below
  std::condition_variable free_;     // for the reader
  std::condition_variable waiting_;  // for workers
  std::condition_variable done_;     // for the writer
  std::condition_variable turn_;     // for workers that write ahead
  std::vector<Piece> pieces_;        // number N is at N % size()
  uint64_t published_ = 0;
  uint64_t taken_ = 0;
  uint64_t written_ = 0;
  size_t bytes_in_flight_ = 0;
  bool read_all_ = false;
  bool given_up_ = false;
  // Of the only thread, if there is but one; else null.
  std::unique_ptr<RecordAnswerer> alone_;
  absl::Status read_status_;  // the reader's
  bool stopped_ = false;      // the reader's
  bool at_end_ = false;       // the reader's
  // Becomes readable when the writer gives up: the reader may be waiting for
  // input that never comes.
  int give_up_fd_ = -1;

  std::mutex large_record_;
  BatchResult result_;  // the writer's
};

BatchResult Stream::Run() {
  give_up_fd_ = eventfd(0, EFD_CLOEXEC);
  std::vector<std::thread> workers = StartThreads(threads_, [this] { Work(); });
  std::vector<std::thread> reader;
  if (!workers.empty()) reader = StartThreads(1, [this] { Read(); });
  if (!reader.empty()) {
    Write();
    reader[0].join();
    for (std::thread& worker : workers) worker.join();
  } else {
    ReadNoMore();  // sends home who has come
    for (std::thread& worker : workers) worker.join();
    alone_ = format_.NewAnswerer(engines_);
    Read();
  }
  if (give_up_fd_ >= 0) close(give_up_fd_);
  result_.stopped = stopped_;
  result_.status.Update(read_status_);
  return std::move(result_);
}

// ---- The reader

bool Stream::ReadSome(Buffer* text) {
  for (;;) {
    // poll() passes over descriptors of -1.
    pollfd fds[] = {{options_.stop_fd, POLLIN, 0},
                    {give_up_fd_, POLLIN, 0},
                    {in_fd_, POLLIN, 0}};
    if (poll(fds, 3, -1) < 0) {
      if (errno == EINTR) continue;
      read_status_ = BadInputError("the input cannot be waited for");
      return false;
    }
    if (fds[0].revents != 0) {
      stopped_ = true;
      return false;
    }
    if (fds[1].revents != 0) return false;
    const ssize_t n = read(in_fd_, text->Reserve(kPieceBytes), kPieceBytes);
    if (n > 0) {
      text->AddSize(static_cast<size_t>(n));
      return true;
    }
    if (n == 0) {
      at_end_ = true;
      return false;
    }
    if (errno == EINTR || errno == EAGAIN) continue;
    read_status_ = BadInputError(
        absl::StrCat("the input cannot be read: ", GoErrnoText(errno)));
    return false;
  }
}

Piece* Stream::NextFree() {
  std::unique_lock<std::mutex> lock(mutex_);
  Piece* piece = &pieces_[published_ % pieces_.size()];
  free_.wait(lock, [&] {
    return given_up_ || (piece->state == Piece::State::kFree &&
                         bytes_in_flight_ < kMaxBytesInFlight);
  });
  return given_up_ ? nullptr : piece;
}

void Stream::Publish(Piece* piece) {
  if (alone_ != nullptr) {
    bytes_in_flight_ += piece->text.size();
    ++published_;
    AnswerPiece(piece, published_ - 1, alone_.get());
    WritePiece(piece);
    return;
  }
  const std::lock_guard<std::mutex> lock(mutex_);
  piece->state = Piece::State::kWaiting;
  bytes_in_flight_ += piece->text.size();
  ++published_;
  waiting_.notify_one();
}

bool Stream::WorkersWait() {
  if (alone_ != nullptr) return true;
  const std::lock_guard<std::mutex> lock(mutex_);
  return published_ - taken_ < 1;
}

void Stream::Read() {
  uint64_t number = 1;
  bool open = true;  // more can be read
  bool broken = false;
  Buffer rest;        // read, but not yet of a whole record
  uint64_t skip = 0;  // bytes of a record that is too long
  bool find_end = false;
  Piece* piece = NextFree();
  while (piece != nullptr && !broken) {
    piece->text.Clear();
    piece->records.clear();
    piece->input_bytes = 0;
    piece->last_too_long = false;
    piece->first_number = number;
    piece->text.Append(rest.view());
    rest.Clear();
    rest.Release(kKeptBytes);
    size_t at = 0;    // where the next record starts
    size_t seen = 0;  // bytes from `at` that were looked at
    bool full = false;
    while (!full) {
      // What is passed over is part of no record.
      if (skip > 0 || find_end) {
        const std::string_view data = piece->text.view().substr(at);
        size_t size =
            static_cast<size_t>(std::min<uint64_t>(skip, data.size()));
        if (find_end) {
          bool found = false;
          size = format_.FindEnd(data, &found);
          find_end = !found;
        } else {
          skip -= size;
        }
        piece->text.Remove(at, size);
        piece->input_bytes += size;
      }
      while (skip == 0 && !find_end && at < piece->text.size()) {
        const std::string_view data = piece->text.view().substr(at);
        const RecordCut cut = format_.Cut(data, seen, at_end_);
        seen = data.size();
        if (cut.kind == RecordCut::Kind::kIncomplete) break;
        seen = 0;
        if (cut.kind == RecordCut::Kind::kRecord) {
          piece->records.emplace_back(
              static_cast<size_t>(cut.record.data() - piece->text.data()),
              cut.record.size());
          piece->input_bytes += cut.size;
          at += cut.size;
          if (piece->records.size() == kPieceRecords) full = true;
        } else if (cut.kind == RecordCut::Kind::kTooLong) {
          skip = cut.skip;
          find_end = skip == 0;
          piece->last_too_long = true;
          full = true;
        } else {
          const uint64_t broken_one = number + piece->records.size();
          read_status_.Update(BadInputError(
              cut.kind == RecordCut::Kind::kTorn
                  ? absl::StrCat("the input ends in the middle of request ",
                                 broken_one)
                  : absl::StrCat("the input holds no request at number ",
                                 broken_one, "; what follows is lost")));
          broken = true;
          full = true;
        }
        if (full) break;
      }
      if (full || !open) break;
      // Answers need not wait for more input if nobody else has work.
      if (at > 0 && (at >= kPieceBytes || WorkersWait())) break;
      open = ReadSome(&piece->text);
    }
    rest.Append(piece->text.view().substr(at));
    piece->text.Truncate(at);
    number += piece->records.size() + (piece->last_too_long ? 1 : 0);
    // Perhaps without a record, at the end of what was passed over.
    const bool has_bytes = piece->input_bytes > 0 || piece->last_too_long;
    if (has_bytes) Publish(piece);
    // Where reading ended early, part of a record may be left over: nobody
    // asked for that yet.
    if (!open && (!has_bytes || rest.empty())) break;
    if (has_bytes) piece = NextFree();
  }
  ReadNoMore();
}

void Stream::ReadNoMore() {
  const std::lock_guard<std::mutex> lock(mutex_);
  read_all_ = true;
  waiting_.notify_all();
  done_.notify_all();
}

// ---- A worker

void Stream::Work() {
  const std::unique_ptr<RecordAnswerer> answerer =
      format_.NewAnswerer(engines_);
  for (;;) {
    Piece* piece;
    uint64_t place;
    {
      std::unique_lock<std::mutex> lock(mutex_);
      waiting_.wait(
          lock, [&] { return given_up_ || taken_ < published_ || read_all_; });
      if (given_up_ || taken_ == published_) return;
      place = taken_++;
      piece = &pieces_[place % pieces_.size()];
      piece->state = Piece::State::kTaken;
    }
    AnswerPiece(piece, place, answerer.get());
    const std::lock_guard<std::mutex> lock(mutex_);
    piece->state = Piece::State::kDone;
    done_.notify_one();
  }
}

void Stream::AnswerPiece(Piece* piece, uint64_t place,
                         RecordAnswerer* answerer) {
  piece->out.Clear();
  piece->counts = BatchCounts();
  piece->unwritten = false;
  uint64_t number = piece->first_number;
  for (const auto& [offset, size] : piece->records) {
    const std::string_view record = piece->text.view().substr(offset, size);
    AnswerCounts counts;
    if (size < kLargeRecord) {
      counts = answerer->Answer(record, number, &piece->out);
    } else {
      const std::lock_guard<std::mutex> lock(large_record_);
      counts = answerer->Answer(record, number, &piece->out);
      answerer->Shrink();
    }
    Add(counts, piece);
    if (counts.specs > 0 && answerer->made_of_none() &&
        piece->counts.of_none++ == 0) {
      piece->counts.first_of_none = number;
    }
    ++number;
    if (piece->out.size() > kMaxBytesHeld && !WriteAhead(piece, place)) return;
  }
  if (piece->last_too_long) {
    answerer->AnswerUnread(number, kTooLongMessage, &piece->out);
    AnswerCounts counts;
    ++counts.invalid;
    Add(counts, piece);
  }
}

bool Stream::WriteAhead(Piece* piece, uint64_t place) {
  {
    std::unique_lock<std::mutex> lock(mutex_);
    turn_.wait(lock, [&] { return given_up_ || written_ == place; });
    if (given_up_) return false;
  }
  // The writer waits for this piece.
  piece->unwritten = !WriteOut(piece);
  return !piece->unwritten;
}

// ---- The writer

bool Stream::WriteAll(std::string_view bytes) {
  size_t written = 0;
  while (written < bytes.size()) {
    const ssize_t n =
        write(out_fd_, bytes.data() + written, bytes.size() - written);
    if (n >= 0) {
      written += static_cast<size_t>(n);
      continue;
    }
    if (errno == EINTR) continue;
    if (errno == EAGAIN) {
      pollfd fd = {out_fd_, POLLOUT, 0};
      poll(&fd, 1, -1);
      continue;
    }
    const int error = errno;
    CutToWholeRecord(bytes, written);
    result_.reader_gone = error == EPIPE;
    result_.status = HostError(
        error,
        absl::StrCat("the output cannot be written: ", GoErrnoText(error)));
    return false;
  }
  result_.counts.bytes_written += bytes.size();
  return true;
}

void Stream::CutToWholeRecord(std::string_view bytes, size_t written) {
  size_t whole = 0;
  while (whole < written) {
    const RecordCut cut =
        format_.Cut(bytes.substr(whole, written - whole), 0, false);
    if (cut.kind != RecordCut::Kind::kRecord) break;
    whole += cut.size;
  }
  result_.counts.bytes_written += whole;
  struct stat facts;
  if (fstat(out_fd_, &facts) != 0 || !S_ISREG(facts.st_mode)) return;
  const off_t end = lseek(out_fd_, 0, SEEK_CUR);
  // Somebody else may have written on.
  if (end < 0 || end != facts.st_size) return;
  const off_t torn = static_cast<off_t>(written - whole);
  if (ftruncate(out_fd_, end - torn) == 0) lseek(out_fd_, -torn, SEEK_CUR);
}

void Stream::Write() {
  for (;;) {
    Piece* piece = nullptr;
    {
      std::unique_lock<std::mutex> lock(mutex_);
      piece = &pieces_[written_ % pieces_.size()];
      done_.wait(lock, [&] {
        return piece->state == Piece::State::kDone ||
               (read_all_ && written_ == published_);
      });
      if (piece->state != Piece::State::kDone) return;
    }
    if (!WritePiece(piece)) return;
  }
}

bool Stream::WriteOut(Piece* piece) {
  if (!WriteAll(piece->out.view())) return false;
  BatchCounts& counts = result_.counts;
  counts.Add(piece->counts);
  counts.requests += piece->counts.requests;
  if (counts.of_none == 0) {
    counts.first_of_none = piece->counts.first_of_none;
  }
  counts.of_none += piece->counts.of_none;
  piece->counts = BatchCounts();
  piece->out.Clear();
  return true;
}

bool Stream::WritePiece(Piece* piece) {
  const bool good = !piece->unwritten && WriteOut(piece);
  if (good) {
    result_.counts.bytes_read += piece->input_bytes;
    if (options_.progress) options_.progress(result_.counts);
  }
  const size_t size = piece->text.size();
  piece->out.Release(kKeptBytes);
  piece->text.Release(kKeptBytes);
  const std::lock_guard<std::mutex> lock(mutex_);
  piece->state = Piece::State::kFree;
  bytes_in_flight_ -= size;
  ++written_;
  if (!good) {
    given_up_ = true;
    waiting_.notify_all();
    free_.notify_all();
    turn_.notify_all();
    if (give_up_fd_ >= 0) eventfd_write(give_up_fd_, 1);
    return false;
  }
  free_.notify_one();
  turn_.notify_all();
  return true;
}

}  // namespace

BatchResult RunStream(const RecordFormat& format, const EngineSet& engines,
                      int in_fd, int out_fd, const BatchOptions& options) {
  return Stream(format, engines, in_fd, out_fd, options).Run();
}

}  // namespace specgen
