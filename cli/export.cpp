// brink export: the model of one image, for other solvers.
//
// A file holds one program, so the question must ask for one class. The one union of regions that a
// program can hold is the literal model's (relu outputs, --target-min 0): that is written as the
// papers write it, with a split output layer.
//
// Neurons are written in units near 1 (ask/question_units.h), as the MIP engine solves them:
// readers work to 1e-6 or so, whatever the size of the numbers. The objective is the distance,
// unscaled.
#include <cmath>
#include <nlohmann/json.hpp>

#include "brink/ask/question_units.h"
#include "brink/base/destination.h"
#include "brink/base/files.h"
#include "brink/program/write.h"
#include "closest_options.h"
#include "store_options.h"
#include "streams.h"

namespace brink::cli {

namespace {

struct ExportOptions {
  TypedOptions closest;
  int image = 0;
  std::filesystem::path out;
};

enum class FileKind { mps, lp };

Expected<FileKind> file_kind(const std::filesystem::path& out) {
  if (out.extension() == ".mps") return FileKind::mps;
  if (out.extension() == ".lp") return FileKind::lp;
  if (is_stream(out)) return FileKind::lp;  // which has room for every model
  return bad_request("-o {}: the name must end in .mps or .lp", out.string());
}

/// What the options ask that no single file can hold, found before anything is read or computed.
Expected<void> check_writes_as_one(const ClosestQuestion& question, FileKind kind,
                                   const MipOptions& mip) {
  if (question.target.kind == TargetRule::Kind::any) {
    return bad_request(
        "--target any asks for the nearest of several classes and a file holds one: name a class, "
        "--target 3 or shift:5");
  }
  if (question.norm == Norm::l2 && !question.breakpoints) {
    return bad_request("the true l2 is no linear model: give --breakpoints N");
  }
  if (kind == FileKind::mps && mip.formulation == Formulation::indicator) {
    return bad_request("MPS has no indicator constraints: use --formulation bigm, or an .lp file");
  }
  return {};
}

struct ImageAndLabel {
  Eigen::VectorXd image;
  int label = 0;
};

Expected<ImageAndLabel> chosen_image(const ExportOptions& options, const Common& common,
                                     const Network& network, Dataset& set) {
  if (options.image < 0 || options.image >= set.count()) {
    return bad_request("image {} does not exist: the {} split of {} has images 0 to {}",
                       options.image, options.closest.split, options.closest.data, set.count() - 1);
  }
  label_by_network(set, {options.image}, network, common);
  ImageAndLabel chosen{set.image(options.image), set.label(options.image)};
  const bool classes = network.output_size() > 1;
  if (!common.quiet && classes && classify(network, chosen.image) != chosen.label) {
    note("brink: note: the network gets image {} wrong to begin with", options.image);
  }
  return chosen;
}

Expected<Program> build(const Network& network, const Bounds& bounds,
                        const ClosestQuestion& question, const ImageAndLabel& chosen,
                        const MipOptions& mip) {
  const QuestionInUnits asked = in_units(network, bounds, question, chosen.image, mip.basic);
  auto regions = output_regions(asked.question, asked.network, chosen.label);
  if (regions.empty()) {
    return bad_request("the target class {} is the image's label: choose another --target",
                       chosen.label);
  }
  if (question.lead.value_or(0) > 0) {  // auto: of an image that the other solver is to find
    std::erase_if(regions, [](const OutputRegion& region) { return region.all_zero; });
    regions.front() = moved_inward(regions.front(), std::ldexp(*question.lead, asked.outputs));
  }
  EncodingOptions encoding;
  encoding.formulation = mip.formulation;
  encoding.basic = mip.basic;
  const DistanceOptions distance{mip.distance_form, nullptr};
  const auto model = regions.size() == 1
                         ? closest_model(asked.network, asked.bounds, asked.question,
                                         regions.front(), chosen.image, encoding, distance)
                         : literal_model(asked.network, asked.bounds, asked.question,
                                         regions.front().target, chosen.image, encoding, distance);
  return model.program;
}

void print_summary(const ExportOptions& options, const Common& common, const Program& program,
                   Norm norm) {
  const std::size_t rows = program.rows.size() + program.indicators.size();
  if (common.json) {
    const nlohmann::json summary = {{"file", options.out.string()},
                                    {"columns", program.columns.size()},
                                    {"integers", program.integer_count()},
                                    {"rows", program.rows.size()},
                                    {"indicators", program.indicators.size()},
                                    {"squared", norm == Norm::l2}};
    print_json(summary, 2);
    return;
  }
  fmt::print("{}: {} columns ({} integer), {} rows; minimises the {}{} distance\n",
             options.out.string(), program.columns.size(), program.integer_count(), rows,
             norm == Norm::l2 ? "squared " : "", name(norm));
}

Expected<void> export_model(const ExportOptions& options, const Common& common) {
  const auto kind = file_kind(options.out);
  if (!kind) return tl::unexpected(kind.error());
  const auto loaded = load_network(options.closest, common);
  if (!loaded) return tl::unexpected(loaded.error());
  const Network& network = loaded->network;
  auto set = load_images(options.closest, common, *loaded);
  if (!set) return tl::unexpected(set.error());
  const auto question = make_question(options.closest, *loaded, *set);
  if (!question) return tl::unexpected(question.error());
  const auto mip = make_mip_options(options.closest, *question);
  if (!mip) return tl::unexpected(mip.error());
  if (auto ok = check_writes_as_one(*question, *kind, *mip); !ok) return ok;
  const auto apart =
      claim_outputs(common, {options.out}, {options.closest.network, options.closest.bounds});
  if (!apart) return apart;
  note_box(options.closest, common, loaded->box, &*set);
  note_logits(*question, common, *loaded);
  const auto chosen = chosen_image(options, common, network, *set);
  if (!chosen) return tl::unexpected(chosen.error());
  if (auto ok = check_inside(*question, *set, {options.image}); !ok) return ok;

  auto given = given_bounds(options.closest, common, *loaded, question->box);
  if (!given) return tl::unexpected(given.error());
  const auto bounds = make_bounds(options.closest, common, *loaded, question->box,
                                  std::move(*given), session_of(options.closest, common));
  if (!bounds) return tl::unexpected(bounds.error());
  const auto program = build(network, *bounds, *question, *chosen, *mip);
  if (!program) return tl::unexpected(program.error());
  const auto text = *kind == FileKind::mps ? to_mps(*program) : to_lp(*program);
  if (!text) return tl::unexpected(text.error());
  if (auto ok = write_file(options.out, *text); !ok) return ok;
  print_summary(options, common, *program, question->norm);
  return {};
}

}  // namespace

void add_export(CLI::App& app, Common& common, Action& chosen) {
  const auto options = std::make_shared<ExportOptions>();
  options->closest.engine = "mip";  // what is written is the model of that engine
  CLI::App* command =
      add_command(app, common, chosen, "export", "write the model of one image for other solvers",
                  "brink export net.onnx --data strokes --image 0 --target 3 -o image0.lp",
                  [options, &common] { return export_model(*options, common); });
  add_question_options(*command, options->closest);
  command->add_option("--image", options->image, "index in the split")->required();
  command->add_option("-o,--out", options->out, "OUT.mps or OUT.lp")->required();
}

}  // namespace brink::cli
