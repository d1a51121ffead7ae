// The tables of a report, each from the same gathered views.
#pragma once
#include <map>
#include <set>
#include <string>
#include <vector>

#include "shared/report/report.hpp"

namespace phien::report {

// What all tables of sales add up.
struct Figures {
  std::int64_t sales = 0, refunds = 0;  // documents
  Dong sold = 0, refunded = 0, rounding = 0;
  std::set<std::string> exhibitors;  // that sold something
  Dong net() const { return sold - refunded; }
  void add(const ledger::DealCell& cell);
};

// The views, read once.
struct Source {
  Source(const ledger::Reader& reader, const catalogue::Catalogue& names, const ledger::Reader* on_time);

  const ledger::Reader& books;
  const catalogue::Catalogue& catalogue;
  std::vector<ledger::SalesCell> cells;
  std::vector<ledger::DealCell> deals;
  std::vector<ledger::TakingsCell> takings;
  std::vector<ledger::StockRow> stock;
  std::map<std::string, ledger::TransferTotals> transfers;  // by exhibitor
  std::set<std::string> exhibitors;                         // of the catalogue, and whoever else is in the books
  std::map<std::string, Figures> by_how;                    // till, late, declared: always these three

  std::string exhibitor_name(const std::string& id) const;
  struct Named {
    std::string name, unit;
  };
  Named product_name(const std::string& id) const;
  // till: rung up, at least in part · declared: told only · silent.
  std::string coverage(const std::string& exhibitor) const;

 private:
  std::map<std::string, Named> said_;                  // names as entries last said
  std::map<std::string, std::set<std::string>> hows_;  // by exhibitor
};

Column text(std::string key, std::string vi, std::string en);
Column dong(std::string key, std::string vi, std::string en);
Column quantity(std::string key, std::string vi, std::string en);
Column count(std::string key, std::string vi, std::string en);

Table totals(const Source& from);
Table by_exhibitor(const Source& from);
Table by_product(const Source& from);
Table by_day(const Source& from);
Table by_hour(const Source& from);
Table by_payment(const Source& from);
Table by_ocop(const Source& from);
Table by_cnnt(const Source& from);
Table by_how(const Source& from);
Table stock(const Source& from);
Table exceptions(const Source& from);
Table cut(const std::vector<journal::Ref>& heads);

}  // namespace phien::report
